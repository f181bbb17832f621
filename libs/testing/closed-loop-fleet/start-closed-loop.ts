import { identityOfDevice, simulatedDevice, simulatedStore } from '@corefleet/apps/simulator';
import type { SimulatedStore } from '@corefleet/snapd-simulator';
import { Activity } from './activity';
import { ClosedLoopFleet } from './closed-loop-fleet';
import { ClosedLoopServer } from './closed-loop-server';
import { enrolDevices } from './enrolled-devices';
import { FleetTime } from './fleet-time';
import { SimulatedDevice } from './simulated-device';

export interface ClosedLoopOptions {
  readonly devices: number;
  /** Labels of the n-th device, from 0. */
  labels?(at: number): Record<string, string>;
  /** What the n-th device says its time zone is. */
  timeZone?(at: number): string;
  /** When the story begins; default 2 March 2026, 09:00 UTC. */
  readonly begins?: Date;
  /** How long an ordinary task of a change takes, in milliseconds; default 0: a change is over with its request. */
  readonly taskMs?: number;
}

export interface ClosedLoop {
  readonly time: FleetTime;
  readonly server: ClosedLoopServer;
  readonly fleet: ClosedLoopFleet;
  readonly devices: readonly SimulatedDevice[];
  /** The one store of all devices. */
  readonly store: SimulatedStore;
  /** Gives everything back; safe to call in `afterAll`. */
  stop(): Promise<void>;
}

const REBOOT_MS = 60_000;

/** A server and devices of the simulated brand on one virtual time: all of them online, their facts told. */
export async function startClosedLoop(options: ClosedLoopOptions): Promise<ClosedLoop> {
  const time = new FleetTime((options.begins ?? new Date('2026-03-02T09:00:00Z')).getTime());
  const activity = new Activity();
  const server = await ClosedLoopServer.start(time);
  const store = simulatedStore();
  const wanted = Array.from({ length: options.devices }, (_, at) => ({
    serial: `loop-${String(at).padStart(5, '0')}`,
    labels: options.labels?.(at) ?? {},
  }));
  const enrolled = await enrolDevices(server.owner, identityOfDevice(''), wanted);
  const devices = enrolled.map((device, at) => {
    const { serial, model, brandId } = identityOfDevice(device.serial);
    const snapd = simulatedDevice(store, serial, { taskMs: options.taskMs ?? 0, rebootMs: REBOOT_MS, clock: time });
    const address = `${serial}.${model}.${brandId}`;
    const timeZone = options.timeZone?.(at);
    return new SimulatedDevice({ ...device, snapd, time, activity, address, timeZone, signer: server.signingKey });
  });
  const fleet = new ClosedLoopFleet({ time, activity, server, devices });
  for (const device of devices) await device.tellFacts();
  await fleet.settle();
  return {
    ...{ time, server, fleet, devices, store },
    stop: async () => {
      await Promise.all(devices.map(({ snapd }) => snapd.dispose()));
      await server.stop();
    },
  };
}
