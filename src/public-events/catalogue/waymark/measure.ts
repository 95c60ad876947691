import { definePublicEvent } from '../../kernel/define.ts'
import { datetime, double, opaqueKey, string } from '../../kernel/scalar.ts'
import { field, opt, record } from '../../kernel/shape.ts'
import { CollectionId, ContextId, IN_CONTEXT, PRODUCER, SINCE } from './place.ts'

export const MeasureSubjectId = opaqueKey('MeasureSubjectId')

export const MeasureCorrected = definePublicEvent({
  minor: 0,
  producer: PRODUCER,
  topics: ['learning-measure-lifecycle'],
  since: SINCE,
  type: 'org.waymark.learning.measure.corrected.v1',
  description:
    'A measure of a learner that had been told has another value now, without anything new that the learner did. ' +
    'What grows with what the learner does is not told here.',
  key: 'measure.user_id',
  data: {
    measure: record('MeasureCorrectedData', 'The measure with the value that was told and the one that is right now.', {
      user_id: IN_CONTEXT.user_id,
      name: field(string, 'which measure, such as time_spent, score, views or reaction'),
      subject_type: field(string, 'what was measured: content, collection, unit or content_type; others may follow'),
      subject_id: field(MeasureSubjectId, 'id of what was measured'),
      collection_id: opt(CollectionId, 'collection in which it was measured; null where it is one value for all'),
      context_id: opt(ContextId, 'context of that collection; null where it is one value for all contexts'),
      period_starts_at: opt(datetime, 'begin of the time that it measures; null where that is all time until its end'),
      period_ends_at: opt(
        datetime,
        'end of the time that it measures, which no longer belongs to it; null where it has none',
      ),
      unit: field(string, 'unit of both values: seconds, points, percent (0 to 100) or count'),
      old_value: field(double, 'value that had been told last'),
      new_value: opt(double, 'value that is right now; null where there is nothing to measure any more'),
      reason: field(
        string,
        'why, as a short code: late_report, rescored, content_changed, progress_moved or removed; others may follow',
      ),
    }),
  },
})

export const MEASURE = [MeasureCorrected]
