import { valueAt } from '../conf/document';
import type { Device } from '../device/device';
import { snapInfo } from '../snaps/local-snaps';
import { Snapshots } from './snapshots';

/** Number of the set that a removed app's data is saved in; undefined on Core, where that is off unless configured. */
export function automaticSet(device: Device, snap: string): number | undefined {
  if (snapInfo(device, snap)?.type !== 'app') return undefined;
  const retention = valueAt(device.conf.get('core') ?? {}, 'snapshots.automatic.retention');
  if (retention === 'no' || (retention === undefined && !device.classic)) return undefined;
  return device.parts.of(Snapshots).nextSet();
}
