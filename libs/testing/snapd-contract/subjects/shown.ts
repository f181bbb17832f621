import type { Change } from '@corefleet/snapd-client';

/** A change's tasks as `kind Status`, in snapd's order, without those that interfaces add at the end in any order. */
export function tasksOf({ tasks = [] }: Change): string[] {
  return tasks.filter(({ kind }) => !ADDED.has(kind)).map(({ kind, status }) => `${kind} ${status}`);
}

const ADDED = new Set(['connect', 'disconnect']);

/** All tasks Done, of these kinds. */
export const done = (...kinds: string[]): string[] => kinds.map((kind) => `${kind} Done`);
