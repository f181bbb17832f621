import { SnapdClient } from '@corefleet/snapd-client';
import { simulatedDevice, simulatedStore } from '@corefleet/apps/simulator';

/** What one process of simulated devices is measured with. */
export interface FleetSettings {
  readonly devices: number;
  /** How long nothing is asked of them. */
  readonly idleMs: number;
}

export interface FleetNumbers {
  /** Resident memory with the modules loaded and no device, KiB. */
  readonly emptyKiB: number;
  /** With every device, its client and transport, KiB. */
  readonly devicesKiB: number;
  /** CPU time of the process while nothing was asked, milliseconds. */
  readonly idleCpuMs: number;
  readonly idleMs: number;
  /** Timers and other reasons the process would not end, while nothing was asked. */
  readonly idleHandles: number;
  /** Refreshes of one snap through the client, from the request to the change read as Done. */
  readonly changesPerSecond: number;
  /** With a ready change on every device, KiB. */
  readonly afterChangesKiB: number;
}

/** Runs in a process of its own and sends its numbers home. */
export async function runSimulatorFleet(settings: FleetSettings): Promise<void> {
  const numbers = await measure(settings);
  process.send?.(numbers);
}

async function measure({ devices, idleMs }: FleetSettings): Promise<FleetNumbers> {
  const store = simulatedStore();
  await act(simulatedClient('warm-up'));
  const emptyKiB = residentKiB();
  const clients = Array.from({ length: devices }, (_, at) => simulatedClient(`sim-${at}`));
  const devicesKiB = residentKiB();
  const idle = await idleFor(idleMs);
  const startedAt = performance.now();
  for (const client of clients) await act(client);
  const seconds = (performance.now() - startedAt) / 1000;
  const afterChangesKiB = residentKiB();
  return { emptyKiB, devicesKiB, ...idle, changesPerSecond: devices / seconds, afterChangesKiB };

  function simulatedClient(serial: string): SnapdClient {
    return new SnapdClient(simulatedDevice(store, serial, { taskMs: 0, rebootMs: 1 }).transport());
  }
}

/** One refresh, and the change read back until it is over. */
async function act(client: SnapdClient): Promise<void> {
  const { changeId: change } = await client.snaps.actOn('acme-telemetry', {
    action: 'refresh',
    revision: '8',
    'ignore-validation': true,
  });
  const { status, ready, err } = await client.changes.get(change);
  if (!ready || status !== 'Done')
    throw new Error(`cannot measure: change ${change} is ${status} (${err ?? 'no error'})`);
}

/** A moment in which only the devices themselves could use the CPU or hold the process. */
async function idleFor(idleMs: number): Promise<Pick<FleetNumbers, 'idleCpuMs' | 'idleMs' | 'idleHandles'>> {
  const before = process.cpuUsage();
  const handles = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'Immediate').length;
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const { user, system } = process.cpuUsage(before);
  return { idleCpuMs: (user + system) / 1000, idleMs, idleHandles: handles };
}

/** Resident memory after a collection, where the process allows one to be asked for. */
function residentKiB(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1024;
}
