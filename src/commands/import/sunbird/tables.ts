import { ACTIVITY_AGGREGATES } from '../../../transformers/sunbird-export/activity-aggregates.ts'
import { ASSESSMENT_ATTEMPTS } from '../../../transformers/sunbird-export/assessment-attempts.ts'
import { CONTENT_CONSUMPTION } from '../../../transformers/sunbird-export/content-consumption.ts'
import { COURSE_BATCHES } from '../../../transformers/sunbird-export/course-batches.ts'
import { ENROLMENTS } from '../../../transformers/sunbird-export/enrolments.ts'
import { HIERARCHIES } from '../../../transformers/sunbird-export/hierarchies.ts'
import type { Table } from '../../../transformers/sunbird-export/table.ts'
import type { TableName } from './files.ts'

/** What each table of an export says, as it is read. */
export const TABLES: Readonly<Record<TableName, Table<unknown>>> = {
  content_hierarchy: HIERARCHIES,
  course_batch: COURSE_BATCHES,
  user_enrolments: ENROLMENTS,
  user_content_consumption: CONTENT_CONSUMPTION,
  assessment_aggregator: ASSESSMENT_ATTEMPTS,
  user_activity_agg: ACTIVITY_AGGREGATES,
}
