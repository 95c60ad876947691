/** Payloads with every combination of what fields may be: full of meaning, falsy, null. */
import { isScalar, type DataType, type RecordType } from '../public-events/kernel/shape.ts'
import { FALSY, FULL, MAP_KEYS, mapOf } from './extremes.ts'

type State = 'full' | 'falsy' | 'null'

/** A field with what it may be. Those of records within lists and maps are the same in all items. */
interface Place {
  readonly path: string
  readonly states: readonly State[]
}

/** So many combinations are all tried; where there are more, all of any two fields. */
const ALL_MAX = 1024

/** Payloads of a record, in the form that `makePayload` takes. */
export function* combinations(root: RecordType): Generator {
  const places = placesOf(root, '')
  const count = places.reduce((product, { states }) => product * states.length, 1)
  for (const states of count <= ALL_MAX ? product(places) : pairs(places)) yield payloadOf(root, '', states)
}

function placesOf(type: DataType, path: string): readonly Place[] {
  if (isScalar(type)) return []
  if (type.kind === 'list') return placesOf(type.items, `${path}[]`)
  if (type.kind === 'map') return placesOf(type.values, `${path}{}`)
  return Object.entries(type.fields).flatMap(([key, field]) => {
    const inner = `${path}.${key}`
    const states: readonly State[] = [
      'full',
      // A record says nothing itself.
      ...(field.type.kind === 'record' ? [] : ['falsy' as const]),
      ...(field.optional ? ['null' as const] : []),
    ]
    return [{ path: inner, states }, ...placesOf(field.type, inner)]
  })
}

type States = ReadonlyMap<string, State>

/** Every combination of all fields. */
function* product([first, ...others]: readonly Place[], before: States = new Map()): Generator<States> {
  if (first === undefined) yield before
  else for (const state of first.states) yield* product(others, new Map([...before, [first.path, state]]))
}

/** Every combination of any two fields, the others all full, all falsy, or all null where they may be. */
function* pairs(places: readonly Place[]): Generator<States> {
  for (const others of ['full', 'falsy', 'null'] as const) {
    const base = places.map(({ path, states }) => [path, states.includes(others) ? others : 'full'] as const)
    yield new Map(base)
    for (const [index, first] of places.entries()) {
      for (const second of places.slice(index + 1)) {
        for (const pair of product([first, second])) yield new Map([...base, ...pair])
      }
    }
  }
}

function payloadOf(type: DataType, path: string, states: States): unknown {
  const state = states.get(path) ?? 'full'
  if (state === 'null') return null
  if (isScalar(type)) return (state === 'falsy' ? FALSY : FULL)[type.kind]
  if (type.kind === 'list') return state === 'falsy' ? [] : [1, 2].map(() => payloadOf(type.items, `${path}[]`, states))
  if (type.kind === 'map') {
    const keys = state === 'falsy' ? [] : MAP_KEYS
    return mapOf(keys.map((key) => [key, payloadOf(type.values, `${path}{}`, states)]))
  }
  const entries = Object.entries(type.fields).map(([key, field]) => {
    return [key, payloadOf(field.type, `${path}.${key}`, states)] as const
  })
  return Object.fromEntries(entries)
}
