import { SnapdError, type SnapdClient } from '@corefleet/snapd-client';

/** Which device this is. */
export interface DeviceIdentity {
  readonly brandId: string;
  readonly model: string;
  readonly serial: string;
}

/**
 * What the device says of itself: by configuration where it has none of its own, else by its serial assertion, else by
 * its model and an invented serial that shows it is not proven.
 * @param invented used when there is no serial; must be the same each time
 * @throws when snapd cannot be asked
 */
export async function readDeviceIdentity(
  client: SnapdClient,
  configured: Partial<DeviceIdentity>,
  invented: string,
): Promise<DeviceIdentity> {
  const { brandId, model, serial } = configured;
  if (brandId && model && serial) return { brandId, model, serial };
  const proven = await headersOf(() => client.model.serialJson());
  const headers = proven ?? (await headersOf(() => client.model.json())) ?? {};
  return {
    brandId: brandId ?? textOf(headers['brand-id']) ?? 'unknown',
    model: model ?? textOf(headers.model) ?? 'unknown',
    serial: serial ?? textOf(proven?.serial) ?? invented,
  };
}

async function headersOf(
  read: () => Promise<{ headers: Record<string, unknown> }>,
): Promise<Record<string, unknown> | undefined> {
  try {
    return (await read()).headers;
  } catch (error) {
    // snapd api_model.go: 404 assertion-not-found while the device is not registered.
    if (error instanceof SnapdError && error.status === 404) return undefined;
    throw error;
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
