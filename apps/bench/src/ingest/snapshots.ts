import type { ChangeSnapshot } from '@corefleet/contracts/device-protocol';

const SPAWNED = '2026-05-03T10:00:00.123456789Z';
const KINDS = [
  'prerequisites',
  'download-snap',
  'validate-snap',
  'mount-snap',
  'stop-snap-services',
  'unlink-current-snap',
];
const MORE_KINDS = ['copy-snap-data', 'setup-profiles', 'link-snap', 'auto-connect', 'start-snap-services', 'cleanup'];

/** A refresh as snapd shows it: some 4 KiB of JSON with its dozen tasks. @param done how many of them are */
export function aRefresh(id: number, done: number): ChangeSnapshot['change'] {
  const kinds = [...KINDS, ...MORE_KINDS];
  const ready = done === kinds.length;
  const tasks = kinds.map((kind, at) => ({
    id: `${id * 100 + at}`,
    kind,
    summary: `Run "${kind}" of snap "core22" (1380) from channel "latest/stable"`,
    status: at < done ? 'Done' : 'Do',
    log: [],
    progress: { label: '', done: at < done ? 1 : 0, total: 1 },
    'spawn-time': SPAWNED,
    ...(at < done ? { 'ready-time': SPAWNED } : {}),
    data: { 'affected-snaps': ['core22'] },
  }));
  return {
    id: `${id}`,
    kind: 'refresh-snap',
    summary: 'Refresh "core22" snap',
    status: ready ? 'Done' : 'Doing',
    ready,
    'spawn-time': SPAWNED,
    ...(ready ? { 'ready-time': SPAWNED } : {}),
    tasks,
    data: { 'snap-names': ['core22'] },
  };
}

/** How many tasks are done in each snapshot that an agent sends of one refresh: it begins, goes on, and ends. */
export const STAGES = [1, 7, KINDS.length + MORE_KINDS.length] as const;
