import type { Change } from '../changes/change';
import { checkSnapConflict } from '../changes/conflict';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { badRequest } from '../http/envelope';
import { addChain } from './build';
import { removeComponentSteps } from './components';
import type { InstalledSnap } from './installed';
import { revisionText } from './local-snaps';
import { Refusal } from './plan';

/** `remove` with components: takes them away and leaves their snaps. */
export function removeComponents(device: Device, bySnap: ReadonlyMap<string, readonly string[]>): Change {
  const owners = [...bySnap].map(([snap, names]) => ({ installed: ownerOf(device, snap, names), names }));
  checkSnapConflict(device.changes, [...bySnap.keys()]);
  const about = [...bySnap].map(([snap, names]) => `[${names.join(' ')}] for ${quote(snap)} snap`);
  const change = device.changes.spawn({
    kind: 'remove-snap',
    summary: `Remove component(s) ${about.join(', ')}`,
    data: { components: Object.fromEntries(bySnap) },
  });
  change.snapNames = [...bySnap.keys()];
  for (const { installed, names } of owners) addRemoval(device, change, installed, names);
  return change;
}

function ownerOf(device: Device, snap: string, names: readonly string[]): InstalledSnap {
  const installed = device.snaps.get(snap);
  if (!installed) throw badRequest(`snap ${quote(snap)} is not installed`, 'snap-not-installed', snap);
  const missing = names.find((name) => installed.components?.has(name) !== true);
  if (missing === undefined) return installed;
  const at = `revision ${revisionText(installed.revision)} of snap ${quote(snap)}`;
  throw new Refusal(`component ${quote(missing)} is not installed for ${at}`);
}

function addRemoval(device: Device, change: Change, installed: InstalledSnap, names: readonly string[]): void {
  const { name: snap, revision, tracking } = installed;
  const lane = device.changes.newLane();
  const plan = { name: snap, action: 'components' as const, revision, channel: tracking, tracking, sizeBytes: 0 };
  let after;
  for (const name of names) {
    const steps = removeComponentSteps(`${snap}+${name}`);
    after = addChain(device, change, steps, { lane, snap, setup: { plan, dropped: name }, after });
  }
  const profiles = `Setup snap ${quote(snap)} (${revisionText(revision)}) security profiles`;
  addChain(device, change, [['setup-profiles', profiles]], { lane, snap, setup: { plan }, after });
}
