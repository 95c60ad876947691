/** Standard Schema, version 1 (standardschema.dev): the interface by which libraries take each other's schemas. */

export interface Issue {
  readonly message: string
  readonly path: readonly (string | number)[]
}

export interface StandardSchema<Input, Output> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'waymark'
    readonly validate: (value: unknown) => { readonly value: Output } | { readonly issues: readonly Issue[] }
    readonly types?: { readonly input: Input; readonly output: Output }
  }
}
