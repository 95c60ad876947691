import { viewRoute } from '../view-route.ts'

export const viewEnd = viewRoute(
  'end',
  'End a view',
  'Completes a view that exists. The time of the first end stays for ever.',
)
