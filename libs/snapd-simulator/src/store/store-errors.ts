import type { Device } from '../device/device';

/** How a request to the store ends while its address cannot be found. @param path after the host and `/`, with query */
export function storeFailure(device: Device, method: 'Get' | 'Post', path: string): string {
  const { address } = device.store;
  return `${method} "${address}/${path}": dial tcp: ${lookupFailure(device)}`;
}

/** As `storeFailure`, below the store's second version of its API. */
export const storeError = (device: Device, method: 'Get' | 'Post', path: string): string =>
  storeFailure(device, method, `v2/${path}`);

/** `lookup host: no such host` */
export const lookupFailure = (device: Device): string =>
  `lookup ${new URL(device.store.address).hostname}: no such host`;
