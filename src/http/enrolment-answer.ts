import Type from 'typebox'
import { isActive } from '../domain/progress/enrolment.ts'
import type { Enrolled } from '../ports/progress-store.ts'

export const EnrolmentAnswer = Type.Object({
  userId: Type.String(),
  collectionId: Type.String(),
  contextId: Type.String(),
  active: Type.Boolean(),
  enrolledDate: Type.Integer({ description: 'First enrolment, milliseconds since 1970.' }),
})

export function enrolmentAnswer({ enrolment, ...key }: Enrolled): Record<string, unknown> {
  return { ...key, active: isActive(enrolment), enrolledDate: enrolment.firstEnrolledAt }
}
