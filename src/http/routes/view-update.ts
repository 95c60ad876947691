import { viewRoute } from '../view-route.ts'

export const viewUpdate = viewRoute(
  'update',
  'Report progress in a view',
  'Changes only a view that exists. Progress and time spent count as the greatest sent, details as the latest.',
)
