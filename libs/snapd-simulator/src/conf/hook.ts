import type { Task } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import type { JsonObject } from '../http/request';
import type { HookOutcome } from '../options';
import { snapInfo } from '../snaps/local-snaps';
import { timerError } from './timer';
import { flattened, invalidPart, patched } from './document';

interface ConfSetup {
  snap: string;
  patch: JsonObject;
}

/** System options a Core device accepts here: the first part of the key, or its whole. */
const SYSTEM_OPTIONS =
  /^(?:refresh\.(?:hold|timer|retain|metered|rate-limit|schedule)|system\.[a-z.-]+|service\.[a-z.-]+|network\.[a-z0-9.-]+|proxy\.[a-z]+|snapshots\.[a-z.-]+|store\.[a-z.-]+|journal\.[a-z]+|watchdog\.[a-z-]+|experimental\.[a-z-]+|pi-config\.[a-z0-9_-]+|swap\.size|cloud\.[a-z-]+|users\.[a-z.-]+|debug\.[a-z.-]+|interface\.[a-z0-9.-]+|pki\.[a-z.-]+|resilience\.[a-z-]+)$/;

/** run-hook: the configure hook applies a configuration patch; other hooks only take their time. */
export const hookHandler: TaskHandler<Device> = {
  do(device, task) {
    const setup = confSetup(task);
    const error = setup && (setup.snap === 'core' ? systemError(setup.patch) : snapError(device, setup));
    if (error !== undefined) throw new Error(error);
    const failed = runOf(device, task)?.error;
    if (failed !== undefined) throw new Error(`run hook ${quote(hookName(task))}: ${failed}`);
    if (setup) device.conf.set(setup.snap, patched(device.conf.get(setup.snap) ?? {}, setup.patch));
    if (setup?.snap === 'core') device.autoRefresh?.arm();
    return 'done';
  },
  takesMs: (device, task) => runOf(device, task)?.ms,
  undo: 'nothing',
  cancelled: (task) => `run hook ${quote(hookName(task))}: <aborted>`,
};

function confSetup(task: Task): ConfSetup | undefined {
  const setup = task.setup as Partial<ConfSetup> | undefined;
  return setup?.patch && setup.snap !== undefined ? { snap: setup.snap, patch: setup.patch } : undefined;
}

/** What the snap's own hook would do now; nothing when the snap has no such hook. */
function runOf(device: Device, task: Task): HookOutcome | undefined {
  const setup = confSetup(task);
  const snap = setup?.snap ?? task.snaps?.[0] ?? '';
  const hook = hookName(task);
  if (!device.options.hooks || !snapInfo(device, snap)?.hooks.includes(hook)) return undefined;
  const conf = device.conf.get(snap) ?? {};
  return device.options.hooks({ snap, hook, conf: setup ? patched(conf, setup.patch) : conf });
}

const hookName = (task: Task): string => /^Run (\S+) hook/.exec(task.summary)?.[1] ?? 'check-health';

function snapError(device: Device, { snap, patch }: ConfSetup): string | undefined {
  if (!snapInfo(device, snap)?.hooks.includes('configure')) return `snap ${quote(snap)} has no "configure" hook`;
  return optionNameError(patch);
}

function systemError(patch: JsonObject): string | undefined {
  const bad = optionNameError(patch);
  if (bad !== undefined) return bad;
  for (const [key, value] of flattened(patch)) {
    if (!SYSTEM_OPTIONS.test(key))
      return `run hook "configure": cannot set ${quote(`core.${key}`)}: unsupported system option`;
    const timer = key === 'refresh.timer' && typeof value === 'string' ? timerError(value) : undefined;
    if (timer !== undefined) return `run hook "configure": cannot parse ${quote(String(value))}: ${timer}`;
    if (key === 'refresh.retain' && value !== null && !(Number(value) >= 2 && Number(value) <= 20)) {
      return `run hook "configure": retain must be a number between 2 and 20, not ${quote(String(value))}`;
    }
  }
  return undefined;
}

function optionNameError(patch: JsonObject): string | undefined {
  const bad = flattened(patch).flatMap(([key]) => invalidPart(key) ?? [])[0];
  return bad === undefined ? undefined : `invalid option name: ${quote(bad)}`;
}
