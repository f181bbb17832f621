import { isTimeline, readRecording, type RecordedAnswer, type RecordedStep } from '@corefleet/testing/snapd-recordings';
import { VirtualClock } from '../../clock';
import type { HookOutcome, HookRun } from '../../options';
import { SimulatedSnapd } from '../../simulated-snapd';
import { SimulatedStore } from '../../snaps/store';

/** A recorded session: the folder it lies in, and the version its snapd told. */
export interface Session {
  folder: string;
  version: string;
}

export const SESSIONS: readonly Session[] = [
  { folder: '2.77.1', version: '2.77.1-2' },
  { folder: '2.68.3', version: '2.68.3-3+deb13u1+b7' },
];

/** Steps of a session in the order they were made. */
export const stepsOf = ({ folder }: Session): RecordedStep[] =>
  ['reads', 'changes', 'reboot'].flatMap((part) => readRecording(folder, part));

/** What the hooks of the recorded snaps do (README of snapd-recordings). */
function labHooks({ snap, hook, conf }: HookRun): HookOutcome | undefined {
  if (snap === 'lab-slow') return { ms: 15_000 };
  if (snap === 'lab-broken') return { error: 'configure says no' };
  if (snap !== 'lab-hello' || hook !== 'configure') return undefined;
  if (conf.fail === true) return { error: 'lab: told to fail' };
  return conf.sleep === undefined ? undefined : { ms: Number(conf.sleep) * 1000 };
}

const body = (steps: readonly RecordedStep[], path: string): unknown =>
  steps.find((step): step is RecordedAnswer => !isTimeline(step) && step.request?.path === path)?.body;

/** The machine as the recorded daemon saw it: what belongs to it and to the build, not to snapd's behaviour. */
function machineOf(steps: readonly RecordedStep[]): Record<string, unknown> {
  const { result } = body(steps, '/v2/system-info') as { result: Record<string, unknown> };
  const names = ['build-id', 'confinement', 'kernel-version', 'os-release', 'sandbox-features'];
  const conf = body(steps, '/v2/snaps/system/conf') as { result: { system: { hostname: string } } };
  return {
    ...Object.fromEntries(names.map((name) => [name, result[name]])),
    hostname: conf.result.system.hostname,
  };
}

/** Assertions every snapd of that build brings along. */
function builtInAssertions(steps: readonly RecordedStep[]): string[] {
  const declaration = body(steps, '/v2/debug?aspect=base-declaration') as { result: Record<string, string> };
  return [
    body(steps, '/v2/assertions/account') as string,
    body(steps, '/v2/assertions/account-key') as string,
    declaration.result['base-declaration'] ?? '',
  ];
}

/** The recorded device before its first request: classic, generic model, no serial, no store within reach. */
export function labDevice(
  { version }: Session,
  steps: readonly RecordedStep[],
): { snapd: SimulatedSnapd; clock: VirtualClock } {
  const clock = new VirtualClock(1_795_443_050_000_000_000n);
  const store = new SimulatedStore();
  store.unreachable = true;
  store.address = 'http://no..store';
  const snapd = new SimulatedSnapd({
    store,
    clock,
    model: body(steps, '/v2/model') as string,
    snaps: [],
    version,
    hooks: labHooks,
    machine: machineOf(steps),
    assertions: builtInAssertions(steps),
    taskMs: 10,
    graceMs: 3000,
    rebootMs: 2800,
    daemonRestartMs: 200,
  });
  return { snapd, clock };
}
