import type { SimulatedStore } from './store';

/** An account as snaps and systems show it (§5.1, §8.2). */
export function accountJson(store: SimulatedStore, id: string): Record<string, string> {
  const { username, displayName, validation } = store.account(id);
  return { id, username, 'display-name': displayName, validation };
}
