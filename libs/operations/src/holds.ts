import { SnapdError, type SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { readBefore } from './operation';
import type { UndoStep } from './undo';

/** Until when something is held, by snap; `''` stands for all snaps. */
export type Holds = Readonly<Record<string, string>>;

const Holds = z.record(z.string(), z.string());

/** Stands for the hold on all snaps, which no snap shows. */
const ALL = '';

/** Until when these snaps are held, or all of them together; those that are not are left out. A JSON value. */
export async function observeHolds(client: SnapdClient, snaps: readonly string[] | undefined): Promise<Holds> {
  if (!snaps) {
    const hold = await observeSystemHold(client);
    return hold === undefined ? {} : { [ALL]: hold };
  }
  const held = (await client.snaps.list({ snaps })).flatMap(({ name, hold }) => (hold ? [[name, hold]] : []));
  return Object.fromEntries(held) as Holds;
}

/** Until when all auto-refreshes are held: `forever`, a time, or undefined for not at all. */
export async function observeSystemHold(client: SnapdClient): Promise<string | undefined> {
  try {
    const { 'refresh.hold': hold } = await client.conf.get('system', ['refresh.hold']);
    return typeof hold === 'string' && hold !== '' ? hold : undefined;
  } catch (error) {
    if (error instanceof SnapdError && error.kind === 'option-not-found') return undefined;
    throw error;
  }
}

/**
 * What puts holds back to how `observeHolds` saw them. A snap does not show the level of its hold: it comes back as one
 * of `level`.
 * @param snaps those that were acted on; undefined for all together
 */
export function undoHolds(before: unknown, snaps: readonly string[] | undefined, level: string): UndoStep[] {
  const was = readBefore(Holds, before);
  if (!was) return [];
  const named = (name: string) => (name === ALL ? {} : { snaps: [name] });
  const held = Object.entries(was).map(([name, until]) => ({
    operation: 'hold',
    parameters: { ...named(name), time: isForever(until) ? 'forever' : until, 'hold-level': level },
  }));
  const free = (snaps ?? [ALL]).filter((name) => !(name in was));
  if (free.length === 0) return held;
  return [...held, { operation: 'unhold', parameters: snaps ? { snaps: free } : {} }];
}

/** snapd writes `forever` as a date centuries away, and a time some nanoseconds later than it was given. */
export function isHeldUntil(shown: string | undefined, time: string): boolean {
  if (shown === undefined || shown === '') return false;
  if (isForever(shown)) return true;
  return time !== 'forever' && Date.parse(shown) >= Date.parse(time);
}

const FAR = Date.UTC(2200, 0);

const isForever = (shown: string): boolean => shown === 'forever' || Date.parse(shown) > FAR;
