import { WaymarkError } from '../../domain/errors.ts'
import { defineRoute } from '../route.ts'
import { RuleAnswer, ruleAnswer } from '../rule-body.ts'
import { closed, RuleId } from '../schemas.ts'

export const ruleGet = defineRoute({
  id: 'api.rule.read',
  method: 'GET',
  url: '/v1/rules/:ruleId',
  tag: 'Rules',
  summary: 'One rule of carrying progress over',
  access: 'rule-read',
  params: closed({ ruleId: RuleId }),
  result: RuleAnswer,
  target: () => ({}),
  handle: async (services, call) => {
    const stored = await services.store.catalogue.rule(call.params.ruleId)
    if (stored === undefined) throw new WaymarkError('RULE_NOT_FOUND', { field: 'path.ruleId' })
    return { result: ruleAnswer(stored) }
  },
})
