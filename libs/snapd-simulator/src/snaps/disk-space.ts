import { valueAt } from '../conf/document';
import type { Device } from '../device/device';
import { ApiError } from '../http/envelope';

/**
 * §10.19: snapd looks for space before it starts only where `experimental.check-disk-space-<action>` is on; otherwise
 * the task that writes fails.
 * @throws ApiError 507 insufficient-disk-space
 */
export function checkDiskSpace(
  device: Device,
  action: 'install' | 'refresh' | 'remove',
  snaps: readonly string[],
): void {
  if (!device.faults.diskFull) return;
  if (valueAt(device.conf.get('core') ?? {}, `experimental.check-disk-space-${action}`) !== true) return;
  const kind = `${action}-snap`;
  const message = `insufficient space in "/var/lib/snapd" to perform "${kind}" change for the following snaps: ${snaps.join(', ')}`;
  throw new ApiError(507, message, 'insufficient-disk-space', { 'snap-names': snaps, 'change-kind': kind });
}
