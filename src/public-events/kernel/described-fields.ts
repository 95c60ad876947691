import { isScalar, type DataType, type Pii, type RecordType } from './shape.ts'

/** A field as documents tell of it. */
export interface DescribedField {
  /** Dotted path; `[]` stands for each item of a list, `{}` for each value of a map. */
  readonly path: string
  readonly type: string
  readonly optional: boolean
  readonly pii: Pii | undefined
  readonly description: string
}

/** Every field of a record and of what is in it, in the order of the wire. */
export function describedFields(root: RecordType): readonly DescribedField[] {
  return fieldsOf(root, '')
}

function fieldsOf({ fields }: RecordType, before: string): readonly DescribedField[] {
  return Object.entries(fields).flatMap(([key, { type, description, optional, pii }]) => {
    const path = before + key
    return [{ path, type: nameOf(type), optional, pii, description }, ...innerFields(type, path)]
  })
}

function innerFields(type: DataType, path: string): readonly DescribedField[] {
  if (isScalar(type)) return []
  if (type.kind === 'list') return innerFields(type.items, `${path}[]`)
  if (type.kind === 'map') return innerFields(type.values, `${path}{}`)
  return fieldsOf(type, `${path}.`)
}

function nameOf(type: DataType): string {
  if (isScalar(type)) return type.brand ?? type.kind
  if (type.kind === 'record') return type.name
  return type.kind === 'list' ? `list of ${nameOf(type.items)}` : `map of ${nameOf(type.values)}`
}
