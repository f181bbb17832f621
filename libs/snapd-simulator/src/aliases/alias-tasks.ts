import type { Change, Task } from '../changes/change';
import type { TaskHandler } from '../changes/runner';
import type { Device } from '../device/device';
import { quote } from '../go-text';
import { snapInfo } from '../snaps/local-snaps';
import { Aliases, type AliasTarget } from './aliases';

/** What an alias task works on. */
export interface AliasSetup {
  snap: string;
  app?: string;
  alias?: string;
  /** The snap's aliases before the task. */
  before?: [string, AliasTarget][];
}

interface AliasEvent {
  snap: string;
  app: string;
  alias: string;
}

type Work = (aliases: Aliases, setup: AliasSetup, device: Device) => void;

/** The tasks of alias changes; each leaves in the change's data which aliases came and went (§3.1). */
export const ALIAS_HANDLERS: readonly [string, TaskHandler<Device>][] = [
  ['alias', aliasTask(setManual)],
  ['unalias', aliasTask(dropManual)],
  ['disable-aliases', aliasTask(disableAll)],
  ['prefer-aliases', aliasTask((aliases, { snap }) => aliases.autoDisabled.delete(snap))],
];

function aliasTask(work: Work): TaskHandler<Device> {
  return {
    do(device, task, change) {
      const setup = task.setup as AliasSetup;
      const aliases = device.parts.of(Aliases);
      const before = shown(aliases, setup.snap);
      setup.before = [...aliases.of(setup.snap)].map(([alias, target]) => [alias, { ...target }]);
      work(aliases, setup, device);
      tell(change, before, shown(aliases, setup.snap));
      return 'done';
    },
    undo(device, task) {
      const { snap, before } = task.setup as AliasSetup;
      device.parts.of(Aliases).bySnap.set(snap, new Map(before));
      return 'done';
    },
  };
}

function setManual(aliases: Aliases, { snap, app = '', alias = '' }: AliasSetup, device: Device): void {
  const found = snapInfo(device, snap)?.apps.find((one) => one.name === app);
  if (found?.daemon !== undefined || !found) {
    const why = found ? 'is a daemon' : 'does not exist';
    throw new Error(`cannot enable alias ${quote(alias)} for ${quote(snap)}, target application ${quote(app)} ${why}`);
  }
  aliases.of(snap).set(alias, { ...aliases.of(snap).get(alias), manual: app });
}

function dropManual(aliases: Aliases, { snap, alias = '' }: AliasSetup): void {
  const target = aliases.of(snap).get(alias);
  delete target?.manual;
  if (target?.auto === undefined) aliases.of(snap).delete(alias);
}

function disableAll(aliases: Aliases, setup: AliasSetup): void {
  for (const alias of [...aliases.of(setup.snap).keys()]) dropManual(aliases, { ...setup, alias });
  aliases.autoDisabled.add(setup.snap);
}

function shown(aliases: Aliases, snap: string): AliasEvent[] {
  const auto = !aliases.autoDisabled.has(snap);
  return [...aliases.of(snap)].flatMap(([alias, target]) => {
    const app = target.manual ?? (auto ? target.auto : undefined);
    return app === undefined ? [] : [{ snap, app, alias }];
  });
}

function tell(change: Change, before: readonly AliasEvent[], after: readonly AliasEvent[]): void {
  const without = (all: readonly AliasEvent[], others: readonly AliasEvent[]): AliasEvent[] | null => {
    const left = all.filter((one) => !others.some((other) => other.alias === one.alias && other.app === one.app));
    return left.length > 0 ? left : null;
  };
  change.data = { 'aliases-added': without(after, before), 'aliases-removed': without(before, after) };
}

/** What the alias tasks of one snap share. */
export const aliasPlace = (device: Device, snap: string): Pick<Task, 'lane' | 'snaps'> => ({
  lane: device.changes.newLane(),
  snaps: [snap],
});
