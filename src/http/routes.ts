/** Every operation that is served under the answer envelope. The tests walk this table. */
import type { Route } from './route.ts'
import { assessmentRead } from './routes/assessment-read.ts'
import { assessmentSubmit } from './routes/assessment-submit.ts'
import { collectionGet } from './routes/collection-get.ts'
import { collectionPut } from './routes/collection-put.ts'
import { contentStateRead, privateContentStateRead } from './routes/content-state-read.ts'
import { contentStateUpdate, userContentState } from './routes/content-state-update.ts'
import { contextGet } from './routes/context-get.ts'
import { contextList } from './routes/context-list.ts'
import { contextPut } from './routes/context-put.ts'
import { enrolmentEnrol } from './routes/enrolment-enrol.ts'
import { enrolmentList } from './routes/enrolment-list.ts'
import { enrolmentRoster } from './routes/enrolment-roster.ts'
import { enrolmentSync } from './routes/enrolment-sync.ts'
import { enrolmentUnenrol } from './routes/enrolment-unenrol.ts'
import { eventsGroupForget } from './routes/events-group-forget.ts'
import { eventsGroupGet } from './routes/events-group-get.ts'
import { eventsGroupList } from './routes/events-group-list.ts'
import { eventsGroupPause } from './routes/events-group-pause.ts'
import { eventsGroupReplay } from './routes/events-group-replay.ts'
import { eventsGroupResume } from './routes/events-group-resume.ts'
import { eventsLetterDrop } from './routes/events-letter-drop.ts'
import { eventsLetterGet } from './routes/events-letter-get.ts'
import { eventsLetterList } from './routes/events-letter-list.ts'
import { eventsLetterRedrive } from './routes/events-letter-redrive.ts'
import { eventsLetterRedriveAll } from './routes/events-letter-redrive-all.ts'
import { eventsLog } from './routes/events-log.ts'
import { ruleAdd } from './routes/rule-add.ts'
import { ruleDelete } from './routes/rule-delete.ts'
import { ruleGet } from './routes/rule-get.ts'
import { ruleList } from './routes/rule-list.ts'
import { rulePut } from './routes/rule-put.ts'
import { summaryDelete } from './routes/summary-delete.ts'
import { summaryDownload } from './routes/summary-download.ts'
import { summaryExplain } from './routes/summary-explain.ts'
import { summaryList } from './routes/summary-list.ts'
import { summaryRead } from './routes/summary-read.ts'
import {
  coursesListV2,
  privateCoursesListV2,
  privateUserCoursesList,
  userCoursesList,
  userEnrollmentList,
} from './routes/user-courses-list.ts'
import { userMerge } from './routes/user-merge.ts'
import { summaryRepair } from './routes/summary-repair.ts'
import { viewBatch } from './routes/view-batch.ts'
import { viewEnd } from './routes/view-end.ts'
import { viewExplain } from './routes/view-explain.ts'
import { viewRead } from './routes/view-read.ts'
import { viewStart } from './routes/view-start.ts'
import { viewUpdate } from './routes/view-update.ts'
import { webhookAdd } from './routes/webhook-add.ts'
import { webhookDelete } from './routes/webhook-delete.ts'
import { webhookDisable } from './routes/webhook-disable.ts'
import { webhookEnable } from './routes/webhook-enable.ts'
import { webhookGet } from './routes/webhook-get.ts'
import { webhookList } from './routes/webhook-list.ts'
import { webhookPut } from './routes/webhook-put.ts'
import { webhookRotateSecret } from './routes/webhook-rotate-secret.ts'
import { webhookTest } from './routes/webhook-test.ts'

export const ROUTES: readonly Route[] = [
  viewStart,
  viewUpdate,
  viewEnd,
  viewBatch,
  viewRead,
  viewExplain,
  assessmentSubmit,
  assessmentRead,
  summaryList,
  summaryRead,
  summaryExplain,
  summaryDelete,
  summaryDownload,
  collectionPut,
  collectionGet,
  contextPut,
  contextGet,
  contextList,
  ruleAdd,
  rulePut,
  ruleList,
  ruleGet,
  ruleDelete,
  enrolmentEnrol,
  enrolmentUnenrol,
  enrolmentList,
  enrolmentRoster,
  contentStateUpdate,
  userContentState,
  contentStateRead,
  privateContentStateRead,
  privateUserCoursesList,
  coursesListV2,
  privateCoursesListV2,
  userCoursesList,
  userEnrollmentList,
  enrolmentSync,
  summaryRepair,
  userMerge,
  eventsGroupList,
  eventsGroupGet,
  eventsGroupPause,
  eventsGroupResume,
  eventsGroupReplay,
  eventsGroupForget,
  eventsLetterList,
  eventsLetterGet,
  eventsLetterRedrive,
  eventsLetterRedriveAll,
  eventsLetterDrop,
  eventsLog,
  webhookAdd,
  webhookList,
  webhookGet,
  webhookPut,
  webhookDelete,
  webhookEnable,
  webhookDisable,
  webhookRotateSecret,
  webhookTest,
]
