import { WaymarkError } from '../../domain/errors.ts'
import { defineRoute } from '../route.ts'
import { readRuleBody, RULE_FORM, RuleAnswer, ruleAnswer, RuleBody } from '../rule-body.ts'

export const ruleAdd = defineRoute({
  id: 'api.rule.add',
  method: 'POST',
  url: '/v1/rules',
  tag: 'Rules',
  summary: 'Make a rule of carrying progress over',
  description: `Making the same rule again changes nothing; another one under its id is refused. ${RULE_FORM}`,
  access: 'rule-write',
  verbatim: true,
  body: RuleBody,
  result: RuleAnswer,
  example: {
    id: 'recent-or-during',
    any: [{ completedWithin: 'P3M' }, { completedDuring: 'context' }],
  },
  target: () => ({}),
  handle: async (services, call) => {
    const stored = readRuleBody(call.body, call.nameOf)
    const added = await services.store.catalogue.addRule(stored)
    if (added === 'OTHER') throw new WaymarkError('RULE_EXISTS', { field: call.nameOf('id') })
    return { status: added === 'CREATED' ? 201 : 200, result: ruleAnswer(stored) }
  },
})
