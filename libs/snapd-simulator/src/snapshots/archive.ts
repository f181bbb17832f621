import type { Device } from '../device/device';
import { badRequest } from '../http/envelope';
import { Snapshots, type Snapshot } from './snapshots';

const MARK = 'simulated snapshot set\n';

/** A whole set as one file: what export gives and import takes. Real archives are tar files of snapd's own. */
export const packSet = (snapshots: readonly Snapshot[]): string =>
  MARK + JSON.stringify(snapshots.map(({ timeNs, ...rest }) => ({ ...rest, time: timeNs.toString() })));

/** Adds an exported set under a new number. @throws ApiError 400 when the file is no export of a simulated device */
export function unpackSet(device: Device, text: string): { set: number; snaps: string[] } {
  const snapshots = device.parts.of(Snapshots);
  const set = snapshots.nextSet();
  if (!text.startsWith(MARK))
    throw badRequest(`cannot import snapshot ${set}: cannot read snapshot import: unexpected EOF`);
  const saved = JSON.parse(text.slice(MARK.length)) as (Omit<Snapshot, 'timeNs'> & { time: string })[];
  for (const { time, ...rest } of saved) snapshots.add(set, { ...rest, timeNs: BigInt(time) });
  return { set, snaps: saved.map(({ snap }) => snap) };
}
