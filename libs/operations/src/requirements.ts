import { SnapdError, type SnapdClient } from '@corefleet/snapd-client';

/** What a device must be for an operation, besides what its parameters say. */
export type Requirement = 'system-users' | 'recovery-systems' | 'serial';

/** The device is not one that can do this; snapd was asked nothing. */
export class RequirementError extends Error {
  readonly code = 'requirement-not-met';

  constructor(message: string) {
    super(message);
    this.name = 'RequirementError';
  }
}

/** What an operation asks of its device. */
export interface Requirements {
  readonly name: string;
  /** First release of snapd that can do it, as `2.62`; undefined when every one that is in use can. */
  readonly since: string | undefined;
  readonly requires: readonly Requirement[];
}

/**
 * Reads whether the device can do it at all, so that a request which snapd would refuse, or take and fail, is not sent.
 * @throws RequirementError with snapd's own words where it has some
 */
export async function requireAll(client: SnapdClient, { name, since, requires }: Requirements): Promise<void> {
  if (since !== undefined) await requireVersion(client, name, since);
  for (const requirement of requires) {
    if (!(await checks[requirement].isMet(client))) throw new RequirementError(checks[requirement].otherwise);
  }
}

const checks: Record<Requirement, { isMet(client: SnapdClient): Promise<boolean>; readonly otherwise: string }> = {
  'system-users': {
    isMet: async (client) => (await client.systemInfo.get())['on-classic'] !== true,
    otherwise: 'system user administration via snapd is not allowed on this system',
  },
  'recovery-systems': {
    isMet: async (client) => (await client.systems.list()).length > 0,
    otherwise: 'this device has no recovery systems',
  },
  serial: { isMet: hasSerial, otherwise: 'no serial assertion yet' },
};

async function hasSerial(client: SnapdClient): Promise<boolean> {
  try {
    return (await client.model.serial()) !== '';
  } catch (error) {
    if (error instanceof SnapdError && error.kind === 'assertion-not-found') return false;
    throw error;
  }
}

async function requireVersion(client: SnapdClient, operation: string, since: string): Promise<void> {
  const { version } = await client.systemInfo.get();
  if (isOlder(version, since))
    throw new RequirementError(`cannot ${operation} with snapd ${version}: it takes snapd ${since} or newer`);
}

/** Compares the first two numbers: `2.68.3-3+deb13u1` is older than `2.70`. One that is no number is not older. */
export function isOlder(version: string, since: string): boolean {
  const [major = NaN, minor = NaN] = numbersOf(version);
  const [wantedMajor = 0, wantedMinor = 0] = numbersOf(since);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

const numbersOf = (version: string): number[] => (/^(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
