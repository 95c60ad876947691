import Type from 'typebox'
import { defineRoute } from '../route.ts'
import { closed, UserId } from '../schemas.ts'
import { fileLink, FORMATS } from '../summary-file.ts'

export const summaryDownload = defineRoute({
  id: 'api.summary.download',
  method: 'GET',
  url: '/v1/summary/download/:userId',
  tag: 'Summaries',
  summary: 'A link to all summaries of a learner as a file',
  description:
    'The link works without a token and expires (WAYMARK_LINK_LIFETIME). CSV is safe to open in a spreadsheet.',
  access: 'progress-read',
  params: closed({ userId: UserId }),
  query: closed({ format: Type.Optional(Type.Enum([...FORMATS])) }),
  result: Type.Object({ url: Type.String(), expiresOn: Type.Integer() }),
  target: (call) => ({ userId: call.params.userId }),
  handle: async (services, call) => {
    const format = call.query.format ?? 'json'
    const link = fileLink(services, call.params.userId, format, call.origin, call.nowMs)
    return Promise.resolve({ result: { url: link.url, expiresOn: link.expiresAt } })
  },
})
