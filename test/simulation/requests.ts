/** Writes and reads as requests to the routes, and what their answers say in short. */
import type { ContextWrite, Item, Write } from './steps.ts'
import type { Part } from './model.ts'
import type { Answer, Request } from './server.ts'
import { contentOf, BATCH, OUTLINES, RULES } from './world.ts'

export function requestOf(write: Write): Request {
  switch (write.op) {
    case 'start':
    case 'update':
    case 'end':
      return { route: `api.view.${write.op}`, body: { request: fieldsOf(write) } }
    case 'assess':
      return { route: 'api.view.assess', body: { request: fieldsOf(write) } }
    case 'batch': {
      const items = write.items.map((item, index) => ({
        op: item.op,
        id: String(index),
        clientTime: item.at,
        ...fieldsOf(item),
      }))
      return { route: 'api.view.batch', body: { request: { userId: write.userId, items } } }
    }
    case 'enrol':
      return {
        route: 'api.enrolment.enrol',
        body: { request: { ...write.where, ...(write.at === undefined ? {} : { clientTime: write.at }) } },
      }
    case 'unenrol':
      return { route: 'api.enrolment.unenrol', body: { request: write.where } }
    case 'remove': {
      const { userId, ...where } = write.where
      return { route: 'api.summary.delete', params: { userId }, body: { request: where } }
    }
    case 'removeAll':
      return { route: 'api.summary.delete', params: { userId: write.userId }, query: { all: 'true' }, body: {} }
    case 'publish': {
      const { collectionId, outline, policy } = write
      const content = contentOf(collectionId, OUTLINES[outline] ?? [])
      return {
        route: 'api.collection.publish',
        params: { collectionId },
        body: { request: { content, attemptPolicy: policy } },
      }
    }
    case 'context':
      return contextRequest(write)
    case 'rule': {
      const { rule: { id: ruleId = '', ...conditions } = {}, byDefault } = RULES[write.rule] ?? {}
      return { route: 'api.rule.put', params: { ruleId }, body: { request: { ...conditions, default: byDefault } } }
    }
  }
}

/** Ended or running by hand, or by its dates. */
function contextRequest({ collectionId, contextId = BATCH, ended, dates, rules = null }: ContextWrite): Request {
  const [startDate, endDate] = dates?.map((at) => new Date(at).toISOString()) ?? []
  const status = ended ? 'ended' : dates === undefined ? 'ongoing' : null
  const body = { request: { kind: 'batch', status, startDate, endDate, rules } }
  return { route: 'api.context.put', params: { collectionId, contextId }, body }
}

/** The fields of a view or an attempt, alone or in a batch. */
function fieldsOf(write: Item | Extract<Write, { readonly op: 'start' | 'update' | 'end' }>): object {
  const key = { ...(write.where ?? { userId: write.userId }), contentId: write.contentId }
  if (write.op === 'assess') {
    const event = { eid: 'ASSESS', ets: write.at, edata: { item: { id: 'q', maxscore: 3 }, score: write.score } }
    return { ...key, attemptId: write.attemptId, assessments: [event] }
  }
  const { progress, timespent, page } = write
  return { ...key, progress, timespent, ...(page === undefined ? {} : { progressDetails: { page } }) }
}

/** What the parts of a request came to, as its answer should say it. What is open of it stands as OPEN. */
export function expectedText(write: Write, outcomes: readonly string[]): string {
  const text = outcomes.join(', ')
  if (write.op !== 'batch') return text
  const statuses = outcomes.map((outcome) => Number(outcome.slice(0, 3)))
  const [first = 200] = statuses
  if (statuses.every((status) => status === 200)) return `200: ${text}`
  const alike = first >= 400 && statuses.every((status) => status === first)
  return `${String(alike ? first : 207)}: ${text}`
}

/** What an answer says, in the same words. */
export function answerText(write: Write, { status, code, result }: Answer): string {
  if (write.op === 'batch') {
    const items = (result['items'] ?? []) as readonly {
      readonly status: number
      readonly params: { readonly err: string | null }
      readonly result: Readonly<Record<string, unknown>>
    }[]
    const texts = items.map((item, index) => {
      const op = write.items[index]?.op ?? 'start'
      return partText(op, { status: item.status, code: item.params.err ?? undefined, result: item.result })
    })
    return `${String(status)}: ${texts.join(', ')}`
  }
  return partText(write.op, { status, code, result })
}

function partText(op: Part['op'], { status, code, result }: Answer): string {
  if (code !== undefined) return `${String(status)} ${code}`
  const inner = (name: string): Readonly<Record<string, unknown>> => (result[name] ?? {}) as Answer['result']
  const said = {
    view: () => [inner('view')['outcome'], ...elsewhere(inner('view'))],
    assess: () => {
      const [first] = inner('attempts') as unknown as readonly Answer['result'][]
      return [first?.['outcome'], ...elsewhere(first ?? {})]
    },
    enrol: () => [result['outcome']],
    publish: () => [result['publication'], result['changed']],
    other: () => [],
  }
  const kind = op === 'start' || op === 'update' || op === 'end' ? 'view' : op === 'unenrol' ? 'enrol' : op
  return [status, ...(Object.hasOwn(said, kind) ? said[kind as keyof typeof said] : said.other)()].map(String).join(' ')
}

/** Said where a write counted elsewhere than where it was reported. */
function elsewhere({ countedIn }: Answer['result']): readonly unknown[] {
  return countedIn === undefined ? [] : [`in ${String(countedIn)}`]
}
