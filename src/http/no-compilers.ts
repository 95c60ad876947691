import type { FastifyServerOptions } from 'fastify'

type Compilers = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>

/**
 * Our own checks know our error codes and never change what was sent (see input.ts). Naming compilers that do nothing
 * also spares the start the loading of the framework's. Their types are those of ajv, which is not used: hence the cast.
 */
export const NO_COMPILERS = {
  buildValidator: () => () => () => true,
  buildSerializer: () => () => (value: unknown) => JSON.stringify(value),
} as unknown as Compilers
