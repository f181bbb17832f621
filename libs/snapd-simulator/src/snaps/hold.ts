import type { Change } from '../changes/change';
import type { Device } from '../device/device';
import { quote, quoteAll } from '../go-text';
import { formatTime } from '../go-time';
import type { SnapAction } from './action-request';
import { Refusal } from './plan';

/** Go's longest duration: what "forever" becomes. */
const FOREVER_NS = 2n ** 63n - 1n;

/** Holds refreshes of named snaps; the change is Done at once (§8.1). */
export function holdSnaps(device: Device, names: readonly string[], action: SnapAction): Change {
  const missing = names.find((name) => !device.snaps.has(name));
  if (missing !== undefined) throw new Refusal(`snap ${quote(missing)} is not installed`);
  const { level, until } = action.hold ?? { level: 'general', until: 'forever' };
  const untilNs = until === 'forever' ? device.clock.nowNs() + FOREVER_NS : until;
  for (const name of names) Object.assign(device.snaps.get(name) ?? {}, { hold: { level, untilNs } });
  const what = level === 'general' ? 'general refreshes' : 'auto-refreshes';
  const summary = `Hold ${what} for ${quoteAll(names)}`;
  return device.changes.spawnDone({ kind: 'hold-snap', summary, snapNames: names });
}

/** Ends the hold of named snaps; unknown names do not matter (§8.1). */
export function unholdSnaps(device: Device, names: readonly string[]): Change {
  for (const name of names) delete device.snaps.get(name)?.hold;
  const summary = `Remove refresh hold on ${quoteAll(names)}`;
  return device.changes.spawnDone({ kind: 'unhold-snap', summary, snapNames: names });
}

/** Holds auto-refreshes of all snaps: a change on `refresh.hold` of the system. */
export function holdAll(device: Device, action: SnapAction): Change {
  const { level, until } = action.hold ?? { level: 'auto-refresh', until: 'forever' };
  if (level === 'general') throw new Refusal('holding general refreshes for all snaps is not supported');
  const value = until === 'forever' ? until : formatTime(until);
  return configureHold(device, 'hold-snap', 'Hold auto-refreshes for all snaps', value);
}

/** Lifts the hold on auto-refreshes of all snaps. */
export function unholdAll(device: Device): Change {
  return configureHold(device, 'unhold-snap', 'Remove auto-refresh hold on all snaps', null);
}

function configureHold(device: Device, kind: string, summary: string, hold: string | null): Change {
  const change = device.changes.spawn({ kind, summary });
  device.changes.addTask(change, {
    kind: 'run-hook',
    summary: 'Run configure hook of "core" snap',
    lane: device.changes.newLane(),
    setup: { snap: 'core', patch: { 'refresh.hold': hold } },
  });
  return change;
}
