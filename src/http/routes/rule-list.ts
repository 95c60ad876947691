import Type from 'typebox'
import { defineRoute } from '../route.ts'
import { RuleAnswer, ruleAnswer } from '../rule-body.ts'

export const ruleList = defineRoute({
  id: 'api.rule.list',
  method: 'GET',
  url: '/v1/rules',
  tag: 'Rules',
  summary: 'All rules of carrying progress over',
  description: 'By their ids. There are few, so that they come on one page.',
  access: 'rule-read',
  result: Type.Object({ rules: Type.Array(RuleAnswer) }),
  target: () => ({}),
  handle: async (services) => {
    const rules = await services.store.catalogue.rules()
    return { result: { rules: rules.map(ruleAnswer) } }
  },
})
