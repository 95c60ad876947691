import Type from 'typebox'
import { contextStatus, type Context } from '../domain/progress/context.ts'

export const ContextAnswer = Type.Object({
  collectionId: Type.String(),
  contextId: Type.String(),
  kind: Type.String(),
  name: Type.String(),
  startDate: Type.Union([Type.String(), Type.Null()]),
  endDate: Type.Union([Type.String(), Type.Null()]),
  enrollmentEndDate: Type.Union([Type.String(), Type.Null()]),
  rules: Type.Union([Type.Array(Type.String()), Type.Null()]),
  status: Type.String({ description: 'upcoming, ongoing or ended: as set by hand, otherwise as the dates say now.' }),
})

export function contextAnswer(context: Context, nowMs: number): Record<string, unknown> {
  return {
    collectionId: context.collectionId,
    contextId: context.contextId,
    kind: context.kind,
    name: context.name,
    startDate: context.startDate,
    endDate: context.endDate,
    enrollmentEndDate: context.enrollmentEndDate,
    rules: context.rules,
    status: contextStatus(context, nowMs),
  }
}
