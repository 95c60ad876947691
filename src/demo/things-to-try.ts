import { SCIENCE } from './collections.ts'
import type { DemoKey, School } from './types.ts'

/** A command for a shell in the checkout, and what it shows. */
export interface ThingToTry {
  readonly what: string
  readonly command: string
}

/**
 * Three commands that show something of a loaded school.
 * @param url `http://HOST:PORT` of the server that they ask
 */
export function thingsToTry(school: School, url: string): readonly ThingToTry[] {
  const { userId, collectionId, contextId } = busiest(school)
  const post = (path: string, who: string, request: unknown): string =>
    `curl -s '${url}${path}' -H "Authorization: Bearer $(bin/waymark token ${who})" -H 'Content-Type: application/json' -d '${JSON.stringify({ request })}'`
  const instructor = `--user teacher --role instructor --collection ${collectionId}`
  const link = `curl -s '${url}/v1/summary/download/${userId}?format=csv' -H "Authorization: Bearer $(bin/waymark token --user ${userId})"`
  return [
    {
      what: `how far ${userId} has come in ${collectionId}, asked by ${userId}`,
      command: post('/v1/summary/read', `--user ${userId}`, { collectionId, contextId }),
    },
    {
      what: `scores and attempts of ${userId}, asked by an instructor of the collection`,
      command: post('/v1/assessment/read', instructor, { userId, collectionId, contextId }),
    },
    {
      what: `all summaries of ${userId} as CSV, by a link that needs no token`,
      command: `curl -s "$(${link} | sed 's/.*"url":"\\([^"]*\\)".*/\\1/')"`,
    },
  ]
}

/** The learner with the most to show in the collection with assessments. */
function busiest(school: School): DemoKey {
  const counts = new Map<string, { readonly key: DemoKey; readonly count: number }>()
  for (const { userId, collectionId, contextId } of school.batches.flat()) {
    if (collectionId !== SCIENCE.identifier) continue
    const id = `${userId} ${contextId}`
    const count = (counts.get(id)?.count ?? 0) + 1
    counts.set(id, { key: { userId, collectionId, contextId }, count })
  }
  const [most] = [...counts.values()].sort((a, b) => b.count - a.count)
  if (most === undefined) throw new Error('nobody has learnt anything')
  return most.key
}
