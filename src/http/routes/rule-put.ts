import { WaymarkError } from '../../domain/errors.ts'
import { defineRoute } from '../route.ts'
import { readRuleBody, RULE_FORM, RuleAnswer, ruleAnswer, RuleBody } from '../rule-body.ts'
import { closed, RuleId } from '../schemas.ts'

export const rulePut = defineRoute({
  id: 'api.rule.put',
  method: 'PUT',
  url: '/v1/rules/:ruleId',
  tag: 'Rules',
  summary: 'Make or replace a rule of carrying progress over',
  description: `Replaces what was said before. The id may be left out of the body. ${RULE_FORM}`,
  access: 'rule-write',
  params: closed({ ruleId: RuleId }),
  verbatim: true,
  body: RuleBody,
  result: RuleAnswer,
  example: { any: [{ sourceContext: 'ongoing' }], default: true },
  target: () => ({}),
  handle: async (services, call) => {
    const { ruleId } = call.params
    const stored = readRuleBody({ id: ruleId, ...call.body }, call.nameOf)
    if (stored.rule.id !== ruleId) throw new WaymarkError('RULE_ID_MISMATCH', { field: call.nameOf('id') })
    const created = await services.store.catalogue.putRule(stored)
    return { status: created ? 201 : 200, result: ruleAnswer(stored) }
  },
})
