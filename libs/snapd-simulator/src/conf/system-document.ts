import type { Device } from '../device/device';
import { isBefore } from '../device/version';
import type { JsonObject } from '../http/request';
import { patched } from './document';

/** Configuration of the system: what was set, over what snapd reads from the machine whenever it is asked (§8.4). */
export function systemDocument(device: Device): JsonObject {
  const hostname = device.options.machine?.hostname ?? device.modelHeaders.model;
  const old = isBefore(device, '2.75');
  const live: JsonObject = {
    ...(!old && { pki: { certs: {} } }),
    seed: { loaded: device.seeded },
    system: { hostname, ...(!old && { motd: '' }), network: {}, timezone: 'UTC' },
  };
  const set = patched(live, device.conf.get('core') ?? {});
  // On classic the machine's name is not snapd's to set: the change ends Done and nothing happens (✔).
  return { ...set, ...(!old && { pki: { certs: {} } }), system: device.classic ? live.system : set.system };
}
