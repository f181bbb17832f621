import type { Device } from '../device/device';
import { ApiError } from '../http/envelope';
import type { ApiRequest } from '../http/request';
import { hasInterface } from '../http/access';

const BY_INTERFACE: Readonly<Record<string, readonly string[]>> = {
  'snap-refresh-observe': ['change-update', 'refresh-inhibit', 'snap-run-inhibit'],
  'snap-interfaces-requests-control': ['interfaces-requests-prompt', 'interfaces-requests-rule-update'],
};

/** Types of notices that a snap may read by its connected interfaces; undefined on snapd's own socket, where all are. */
export function openTypes(device: Device, { snap }: ApiRequest): string[] | undefined {
  if (snap === undefined) return undefined;
  return Object.entries(BY_INTERFACE)
    .filter(([name]) => hasInterface(device, { level: 'open', interfaces: [name] }, snap))
    .flatMap(([, types]) => types);
}

/**
 * The types a reader gets: those asked for, or all that are open to it (§4.3).
 * @throws ApiError 403 when a snap asks for a type that its interfaces do not open
 */
export function typesToRead(
  device: Device,
  request: ApiRequest,
  asked: readonly string[] | undefined,
): readonly string[] | undefined {
  const open = openTypes(device, request);
  if (!open || !asked) return asked ?? open;
  if (asked.every((type) => open.includes(type))) return asked;
  throw new ApiError(403, 'snap cannot access specified notice types', 'login-required');
}
