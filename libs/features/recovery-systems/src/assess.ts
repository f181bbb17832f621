import type {
  ChangeRow,
  CommandRow,
  DeviceRow,
  LabelRow,
  ListedSystem,
  RecoveryRows,
  SightingRow,
} from './device-rows';
import { distanceOf, isFresh, madeOf, unknownDistance, type Distance, type MadeOf, type Runs } from './distance';
import { whoseLabel, type Maker, type Whose } from './whose-label';

/** One recovery system of a device, judged. */
export interface AssessedSystem extends ListedSystem {
  readonly maker: Maker;
  /** What tells who made it. */
  readonly why: string;
  /** Whether it was booted to see that it works; null when that is not known. */
  readonly tested: boolean | null;
  /** Exact for ours; for others when it was first listed, null for what the device came with. */
  readonly madeAt: Date | null;
  /** null when nobody knows: of systems that others made. */
  readonly madeOf: MadeOf | null;
  readonly distance: Distance;
  /** It has all that the device runs now. */
  readonly fresh: boolean;
}

/** A device and its recovery systems, ours and others'. */
export interface AssessedDevice {
  readonly row: DeviceRow;
  /** null while the device has not said which it has. Newest first; those of unknown age last. */
  readonly systems: readonly AssessedSystem[] | null;
  readonly runs: Runs;
}

/** Pure: judges each device's systems by what is known of them. */
export function assess({ devices, sightings, commands, changes }: RecoveryRows): AssessedDevice[] {
  const known = { sightings: byLabel(sightings), commands: byLabel(commands), changes: byLabel(changes) };
  return devices.map((row) => {
    const runs = { sets: row.sets, snaps: mapOf(row.snaps) };
    const systems = row.systems?.map((system) => {
      const key = keyOf({ enrolmentId: row.enrolmentId ?? '', label: system.label });
      const of = {
        sighting: known.sightings.get(key),
        command: known.commands.get(key),
        change: known.changes.get(key),
      };
      return assessSystem(system, of, row, runs);
    });
    return { row, runs, systems: systems?.sort(newestFirst) ?? null };
  });
}

interface Known {
  readonly sighting: SightingRow | undefined;
  readonly command: CommandRow | undefined;
  readonly change: ChangeRow | undefined;
}

function assessSystem(system: ListedSystem, known: Known, row: DeviceRow, runs: Runs): AssessedSystem {
  const { sighting, command } = known;
  const whose = judged(system, known, row.seedRefresh === true);
  const ours = whose.maker === 'ours' ? command : undefined;
  const made = ours ? madeOf(ours.asked, ranThen(ours)) : null;
  const distance = made ? distanceOf(made, runs) : unknownDistance(whose.why);
  const seenAt = sighting?.atEnrolment === false ? sighting.firstSeenAt : null;
  const madeAt = ours?.madeAt ?? ours?.finishedAt ?? seenAt;
  return { ...system, ...whose, madeAt, madeOf: made, distance, fresh: isFresh(distance) };
}

function judged({ label, current }: ListedSystem, { sighting, command, change }: Known, seedRefresh: boolean): Whose {
  return whoseLabel({
    ...{ label, current, seedRefresh, atEnrolment: sighting?.atEnrolment ?? null },
    ...(change && { change }),
    ...(command && {
      command: {
        ...{ id: command.id, endedAt: command.finishedAt, tested: command.tested },
        end: command.succeeded ? 'succeeded' : 'undecided',
      },
    }),
  });
}

const ranThen = ({ sets, snaps }: CommandRow): Runs | undefined => (sets ? { sets, snaps: mapOf(snaps) } : undefined);

const mapOf = (record: Readonly<Record<string, string>> | null): Map<string, string> | undefined =>
  record ? new Map(Object.entries(record)) : undefined;

const keyOf = ({ enrolmentId, label }: LabelRow): string => `${enrolmentId} ${label}`;

const byLabel = <T extends LabelRow>(rows: readonly T[]): Map<string, T> =>
  new Map(rows.map((row) => [keyOf(row), row]));

function newestFirst(a: AssessedSystem, b: AssessedSystem): number {
  const apart = (b.madeAt?.getTime() ?? 0) - (a.madeAt?.getTime() ?? 0);
  return apart !== 0 ? apart : a.label < b.label ? -1 : 1;
}
