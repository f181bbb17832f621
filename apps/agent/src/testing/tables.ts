import type { Change } from '@corefleet/snapd-client';

/** A change that is done; a test states what matters to it. */
export const aChange = (fields: Partial<Change>): Change => ({
  id: '7',
  kind: 'refresh-snap',
  summary: 'Refresh "app" snap',
  status: 'Done',
  ready: true,
  'spawn-time': '2026-01-01T00:00:00Z',
  ...fields,
});
