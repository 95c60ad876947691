import { viewRoute } from '../view-route.ts'

export const viewStart = viewRoute(
  'start',
  'Start a view',
  'Makes the view where there is none. A view that exists keeps its status and completion time; only its last access moves.',
)
