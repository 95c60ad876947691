import { MODE_TABLE } from '../../domain/progress/mode.ts'
import type { School } from './account.ts'
import type { Carrying } from './carrying.ts'
import { CopyCarrying } from './copies.ts'
import { MoveCarrying } from './moves.ts'
import type { CopyTable, MoveTable } from './tables.ts'

/** How a mode carries over; undefined where it does not. */
export function carryingIn(school: School, copies: CopyTable, moves: MoveTable): Carrying | undefined {
  switch (MODE_TABLE[school.mode].enrolment.carries) {
    case 'copies':
      return new CopyCarrying(school, copies)
    case 'collection':
      return new MoveCarrying(school, moves)
    case 'nothing':
      return undefined
  }
}
