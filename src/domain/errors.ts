/**
 * Every refusal that Waymark can answer: stable code, HTTP status, and a sentence that says what to do. Codes are
 * public and never change their meaning; docs/reference/errors.md is generated from this table.
 */
export const ERRORS = {
  // The request itself
  INVALID_JSON: { status: 400, text: 'The body is not valid JSON: send one JSON object.' },
  EMPTY_BODY: { status: 400, text: 'The body is empty: send one JSON object.' },
  JSON_TOO_DEEP: { status: 400, text: 'The body is nested too deeply: flatten it.' },
  BODY_TOO_LARGE: { status: 413, text: 'The body is too large: send it in smaller parts.' },
  BAD_ENCODING: {
    status: 400,
    text: 'The body does not match its Content-Encoding: compress it anew or send it plain.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    text: 'Send Content-Type: application/json, plain or with Content-Encoding: gzip.',
  },
  BAD_REQUEST: { status: 400, text: 'The request cannot be read as HTTP: check its line, headers and length.' },
  NOT_FOUND: { status: 404, text: 'There is nothing at this address: /docs lists all addresses.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    text: 'This address exists, but not with this method: the Allow header names those that do.',
  },
  MISSING_FIELD: { status: 400, text: 'A field is missing: send it.' },
  UNKNOWN_FIELD: { status: 400, text: 'A field is not known here: leave it out or check its spelling.' },
  INVALID_FIELD: { status: 400, text: 'A field has a wrong type or value: see its form in /docs.' },
  INVALID_ID: { status: 400, text: 'An id must be a string of 1 to 256 characters, well-formed and without NUL.' },
  CONFLICTING_FIELDS: { status: 400, text: 'Two names of one field carry different values: send one of them.' },
  DETAILS_TOO_LARGE: {
    status: 400,
    text: 'progressDetails is too large or too deep: keep what the player needs to resume.',
  },
  TIME_IN_FUTURE: {
    status: 400,
    text: 'The time lies too far in the future: correct the clock of the device and send it again.',
  },
  TIME_TOO_EARLY: {
    status: 400,
    text: 'The time lies before the year 2000: correct the clock of the device and send it again.',
  },
  BATCH_TOO_LARGE: { status: 400, text: 'The batch has too many items: send it in parts.' },
  INVALID_CURSOR: { status: 400, text: 'The cursor is not one that this list gave out: start again without it.' },
  // Who is asking
  UNAUTHENTICATED: { status: 401, text: 'Send a bearer token: Authorization: Bearer …' },
  TOKEN_INVALID: { status: 401, text: 'The token is not valid here: get a new one.' },
  TOKEN_EXPIRED: { status: 401, text: 'The token has expired: get a new one.' },
  TOKEN_NOT_YET_VALID: { status: 401, text: 'The token is not valid yet: check the clocks.' },
  TWO_IDENTITIES: { status: 400, text: 'The request names two identities: send one token, in one header.' },
  IDENTITY_HEADER_REFUSED: {
    status: 401,
    text: 'Identity headers are taken only from configured proxies: send a token.',
  },
  FORBIDDEN: { status: 403, text: 'This role may not do this, or not for this learner or collection.' },
  LINK_INVALID: { status: 403, text: 'The link is not valid: ask for a new one.' },
  LINK_EXPIRED: { status: 410, text: 'The link has expired: ask for a new one.' },
  ISSUER_UNREACHABLE: {
    status: 503,
    text: 'The keys of the issuer of this token cannot be fetched now: send the request again after the time in Retry-After.',
  },
  // Public events
  RECEIVER_REFUSED: {
    status: 409,
    text: 'A part of this installation that takes part in the commit said no: nothing was recorded.',
  },
  RECEIVER_FAILED: {
    status: 503,
    text: 'A part of this installation that takes part in the commit failed: nothing was recorded. Send the request again later.',
  },
  GROUP_NOT_FOUND: { status: 404, text: 'There is no such group: GET /v1/events/groups lists all.' },
  GROUP_BUILT_IN: {
    status: 409,
    text: "This is one of Waymark's own workers: its dead letters can be driven again or dropped, but it is never paused, replayed or forgotten.",
  },
  GROUP_RUNNING: {
    status: 409,
    text: 'Events are delivered to this group now: take out what consumes them, start again, then forget it. Pausing is enough to stop deliveries.',
  },
  GROUP_NOT_RUNNING: {
    status: 409,
    text: 'Nothing handles this here: the worker belongs to another mode. Drop the dead letter, or go back to that mode.',
  },
  DEAD_LETTER_NOT_FOUND: {
    status: 404,
    text: 'There is no dead letter there: it was delivered since, or given up. GET /v1/events/dead-letters lists all.',
  },
  EVENT_STILL_TRIED: {
    status: 409,
    text: 'This event is not a dead letter: it is tried again by itself, or waits behind one of the same key.',
  },
  EVENT_TYPE_UNKNOWN: {
    status: 400,
    text: 'This installation publishes no event of this type: docs/reference/public-events.md lists them.',
  },
  TOPIC_UNKNOWN: { status: 400, text: 'No event of this installation goes to this topic: check its spelling.' },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    text: 'This Idempotency-Key was sent with another request: send what was sent with it before, or another key.',
  },
  WEBHOOK_NOT_FOUND: { status: 404, text: 'The webhook is not known: GET /v1/webhooks lists all of them.' },
  WEBHOOK_URL_REFUSED: {
    status: 400,
    text: 'The address may not be called: it must be https and lead to the public internet, or be allowed by the operator.',
  },
  WEBHOOKS_FULL: { status: 409, text: 'There are as many webhooks as there may be: delete one that is not needed.' },
  // Progress
  VIEW_NOT_STARTED: { status: 404, text: 'There is no such view: start it first with POST /v1/view/start.' },
  CONTENT_NOT_IN_COLLECTION: { status: 400, text: 'The content is not part of the collection: check both ids.' },
  TOO_MANY_QUESTIONS: { status: 400, text: 'The attempt answers more questions than the content has.' },
  COLLECTION_NOT_FOUND: { status: 404, text: 'The collection is not known: publish it with PUT /v1/collection/:id.' },
  INVALID_HIERARCHY: { status: 400, text: 'The hierarchy cannot be read: see the field.' },
  COLLECTION_ID_MISMATCH: { status: 400, text: 'The identifier in the body is not the one in the address.' },
  CONTEXT_NOT_FOUND: {
    status: 404,
    text: 'The context is not known in this collection: make it with PUT /v1/context/:collectionId/:contextId.',
  },
  CONTEXT_DATES: {
    status: 400,
    text: 'The dates contradict each other: a context ends after it starts, and enrolment ends no later than it does.',
  },
  CONTEXT_ENDED: { status: 409, text: 'The context has ended: enrol into one that is running.' },
  ENROLMENT_CLOSED: { status: 409, text: 'The time to enrol is over.' },
  INVALID_DURATION: {
    status: 400,
    text: 'The duration must be ISO 8601 such as P3M or P2W, from one second to one hundred years: see the field.',
  },
  RULE_CONTRADICTS: {
    status: 400,
    text: 'The rule contradicts itself or another rule, or can never hold: see the field.',
  },
  RULE_TOO_LARGE: { status: 400, text: 'There are too many rules, or too many conditions in one: leave some out.' },
  RULE_NOT_FOUND: { status: 404, text: 'The rule is not known: make it with POST /v1/rules.' },
  RULE_ID_MISMATCH: { status: 400, text: 'The id in the body is not the one in the address.' },
  RULE_EXISTS: { status: 409, text: 'Another rule has this id: replace it with PUT /v1/rules/:ruleId.' },
  RULE_IN_USE: { status: 409, text: 'A context names the rule: put the context without it first.' },
  RULES_FULL: { status: 409, text: 'The instance holds as many rules as it may: delete one that is not needed.' },
  ENROLMENT_NOT_FOUND: { status: 404, text: 'The learner is not enrolled there.' },
  LEARNER_NOT_FOUND: { status: 404, text: 'Nobody of this name has progress or an enrolment here: check the id.' },
  LEARNER_MERGED_ELSEWHERE: {
    status: 409,
    text: 'All that this learner had went to another one before: merge that one, where it is right.',
  },
  SUMMARY_NOT_FOUND: { status: 404, text: 'There is no progress and no enrolment there.' },
  // The content-state API of existing clients: codes and sentences are those that they know
  CLIENT_ERROR: { status: 400, text: 'No users enrolled' },
  DATE_FORMAT_ERRROR: { status: 400, text: 'Date format error.' },
  COURSE_ID_REQUIRED_ERROR: { status: 400, text: 'Course id is mandatory.' },
  CONTENT_ID_REQUIRED_ERROR: { status: 400, text: 'Content id is mandatory.' },
  CONTENT_STATUS_MISSING_ERROR: { status: 400, text: 'content status is required .' },
  COURSE_BATCH_ID_MISSING: { status: 400, text: 'Course batch Id required' },
  ATTEMPTED_DATE_REQUIRED: { status: 400, text: 'Attempted data is required.' },
  USERID_MISSING: { status: 400, text: 'UserId is mandatory.' },
  ATTEMPT_ID_REQUIRED_ERROR: { status: 400, text: 'Please provide attempt id.' },
  EVENTS_DATA_MISSING: { status: 400, text: 'Events array is mandatory' },
  MANDATORY_PARAMETER_MISSING: { status: 400, text: 'Mandatory parameter is missing.' },
  DATA_TYPE_ERROR: { status: 400, text: 'Data type of a field should be List.' },
  BATCH_NOT_EXISTS: { status: 404, text: 'The batch is not known in this course: make it, then send the item again.' },
  NOT_A_ON_GOING_BATCH: { status: 409, text: 'The batch was not running when this happened.' },
  // The server
  OVERLOADED: {
    status: 503,
    text: 'Too much is waiting to be written: send the request again after the time in Retry-After. What was recorded already is not recorded twice.',
  },
  STOPPING: { status: 503, text: 'The server is stopping: send the request again.' },
  STORE_FULL: {
    status: 507,
    text: 'The disk is full: nothing of this request was recorded. Make room and send it again.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    text: 'The store does not answer: whether the request was recorded is not known. Send it again, repeating is free.',
  },
  INTERNAL_ERROR: {
    status: 500,
    text: 'Something unexpected happened; it has been logged under the msgid of this answer. Send the request again.',
  },
} as const satisfies Record<string, { readonly status: number; readonly text: string }>

export type ErrorCode = keyof typeof ERRORS

/** An expected refusal: reaches the client as the table says. `field` names what is at fault. */
export class WaymarkError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ErrorCode,
    detail: {
      readonly field?: string | undefined
      readonly text?: string
      readonly retryAfterSeconds?: number
      readonly cause?: unknown
    } = {},
  ) {
    super(detail.text ?? ERRORS[code].text, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'WaymarkError'
    this.code = code
    this.field = detail.field
    this.retryAfterSeconds = detail.retryAfterSeconds
  }

  get status(): number {
    return ERRORS[this.code].status
  }
}
