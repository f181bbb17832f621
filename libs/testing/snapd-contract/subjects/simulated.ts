import {
  SnapdAnswerTooLargeError,
  SnapdClient,
  SnapdTimeoutError,
  SnapdUnreachableError,
  type SnapdTransport,
} from '@corefleet/snapd-client';
import {
  realClock,
  SimulatedSnapd,
  SimulatedStore,
  type SimulatedSnapdOptions,
  type TransportErrors,
} from '@corefleet/snapd-simulator';
import { eventually } from '@corefleet/testing/processes';
import { isTimeline, readRecording } from '@corefleet/testing/snapd-recordings';
import { coreDevice } from './core-device';
import type { DeviceKind } from './device-kind';
import { INSTALLED, labFile } from './lab-files';
import { labHooks } from './lab-hooks';
import { ShiftedClock } from './shifted-clock';
import type { Backend, Peer } from './subject';

const errors: TransportErrors = {
  unreachable: (request, reason, mayHaveReached) => new SnapdUnreachableError(request, reason, mayHaveReached),
  timeout: (request, timeoutMs, mayHaveReached) => new SnapdTimeoutError(request, timeoutMs, mayHaveReached),
  tooLarge: (request, maxBytes) => new SnapdAnswerTooLargeError(request, maxBytes),
};

/** The serial of a device of the generic classic model, which the recorded lab never got. */
const GENERIC_SERIAL = `type: serial
authority-id: generic
brand-id: generic
model: generic-classic
serial: 7777
device-key:
    AcbB
device-key-sha3-384: k
timestamp: 2026-11-20T14:00:00Z
sign-key-sha3-384: k

AcLB
`;

/** Long enough that a change can be met under way, short enough that nobody waits. */
const TIMES = { taskMs: 2, graceMs: 200, rebootMs: 200, daemonRestartMs: 50 };
/** Debian's nobody. */
const NOBODY = 65534;

/** The simulator as a device of that kind, playing that version of snapd. */
export async function startSimulated(version: string, kind: DeviceKind): Promise<Backend> {
  const clock = new ShiftedClock();
  const isCore = kind === 'core' || kind === 'unseeded core';
  const snapd = isCore
    ? coreDevice(TIMES, version, { clock, seeded: kind === 'core' })
    : await classicLab(version, kind === 'registered classic' ? { serial: GENERIC_SERIAL } : {});
  const isUp = (): boolean => snapd.isUp();
  return {
    version,
    hasNobody: true,
    rootDir: '',
    connect: (peer) => connect(snapd, peer, isCore ? 'lab-eye' : 'lab-hello'),
    bootId: () => Promise.resolve(snapd.bootId()),
    restartDaemon: async () => {
      snapd.restartDaemon();
      await eventually(isUp, { what: 'the simulated snapd to answer again', everyMs: 5 });
    },
    throughReboot: async (ask) => {
      const before = snapd.bootId();
      const answer = await ask();
      const booted = (): boolean => snapd.isUp() && snapd.bootId() !== before;
      await eventually(booted, { what: 'the simulated device to boot again', everyMs: 5 });
      return answer;
    },
    cookie: () => Promise.resolve(''), // a caller on its socket for snaps is known
    simulated: { snapd, pass: (ms) => clock.pass(ms) },
    stop: () => snapd.dispose(),
  };
}

function connect(snapd: SimulatedSnapd, peer: Peer, snap: string): SnapdTransport {
  if (peer === 'snap') return snapd.transport({ errors, snap });
  return snapd.transport({ errors, uid: peer === 'nobody' ? NOBODY : 0 });
}

async function classicLab(version: string, more: { serial?: string }): Promise<SimulatedSnapd> {
  const options = { ...classicDevice(), ...more, ...TIMES };
  const snapd = new SimulatedSnapd({ ...options, clock: realClock, version, hooks: labHooks });
  await installLabSnaps(snapd);
  return snapd;
}

/** The device of the recordings: classic, no serial, no store within reach, the assertions that the build brings. */
function classicDevice(): Pick<SimulatedSnapdOptions, 'store' | 'model' | 'snaps' | 'systems' | 'assertions'> {
  const store = new SimulatedStore();
  store.unreachable = true;
  store.address = 'http://no..store';
  const declaration = recordedBody('/v2/debug?aspect=base-declaration') as { result: { 'base-declaration': string } };
  const assertions = [
    String(recordedBody('/v2/assertions/account')),
    String(recordedBody('/v2/assertions/account-key')),
    declaration.result['base-declaration'],
  ];
  return { store, model: String(recordedBody('/v2/model')), snaps: [], systems: [], assertions };
}

function recordedBody(path: string): unknown {
  const step = readRecording('2.77.1', 'reads').find((one) => !isTimeline(one) && one.request?.path === path);
  if (step === undefined || isTimeline(step)) throw new Error(`cannot find the recorded answer of ${path}`);
  return step.body;
}

async function installLabSnaps(snapd: SimulatedSnapd): Promise<void> {
  const client = new SnapdClient(snapd.transport({ errors }));
  const ended = (id: string): Promise<true> =>
    eventually(async () => (await client.changes.get(id)).ready, { what: `change ${id} to be ready`, everyMs: 5 });
  for (const name of INSTALLED) {
    const { changeId } = await client.sideload.install([labFile(name)], { dangerous: true });
    await ended(changeId);
  }
  client.close();
}
