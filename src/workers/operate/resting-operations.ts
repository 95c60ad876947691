import type { Clock } from '../../ports/clock.ts'
import type { Operations } from '../../ports/operations.ts'
import { EventReader } from '../consume/reader.ts'
import { GroupOperations, type OperationsParts } from './group-operations.ts'

/** What can be done with groups where nothing runs and no event is known: they are seen, and all personal data are hidden. */
export function restingOperations(
  store: OperationsParts['store'],
  clock: Clock,
  subscribers: OperationsParts['subscribers'] = () => [],
): Operations {
  return new GroupOperations({
    store,
    clock,
    workers: () => [],
    subscribers,
    catalogue: new Map(),
    reader: new EventReader(() => undefined),
    sender: { source: '', sourceHost: '', sourceLib: '' },
    pseudonym: () => 'redacted',
  })
}
