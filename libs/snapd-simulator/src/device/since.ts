import { BareError } from '../http/access';
import type { Device } from './device';
import { isBefore } from './version';

/** @throws the 404 of an unknown path when the device's snapd is older than the endpoint */
export function notFoundBefore(device: Device, version: string): void {
  if (isBefore(device, version)) throw new BareError(404, 'not found');
}

/** @throws the 405 of a method that the device's snapd does not have yet */
export function notAllowedBefore(device: Device, version: string, method: string): void {
  if (isBefore(device, version)) throw new BareError(405, `method ${JSON.stringify(method)} not allowed`);
}
