import Type from 'typebox'
import { WaymarkError } from '../../domain/errors.ts'
import { defineRoute } from '../route.ts'
import { closed, RuleId } from '../schemas.ts'

export const ruleDelete = defineRoute({
  id: 'api.rule.delete',
  method: 'DELETE',
  url: '/v1/rules/:ruleId',
  tag: 'Rules',
  summary: 'Delete a rule of carrying progress over',
  description: 'Refused while a context names it.',
  access: 'rule-write',
  params: closed({ ruleId: RuleId }),
  result: Type.Object({}),
  target: () => ({}),
  handle: async (services, call) => {
    const removed = await services.store.catalogue.removeRule(call.params.ruleId)
    if (removed === 'UNKNOWN') throw new WaymarkError('RULE_NOT_FOUND', { field: 'path.ruleId' })
    if (removed === 'IN_USE') throw new WaymarkError('RULE_IN_USE', { field: 'path.ruleId' })
    return { result: {} }
  },
})
