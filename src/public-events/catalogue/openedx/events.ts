/** The learning events of Open edX by name; all.ts has them by type. */
export * from './account.ts'
export * from './attempt.ts'
export * from './certificate.ts'
export * from './discussion.ts'
export * from './enrollment.ts'
export * from './grade.ts'
export * from './notification.ts'
export * from './people.ts'
