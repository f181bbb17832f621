import { Injectable } from '@nestjs/common';
import type {
  DeviceRecovery,
  DeviceRecoveryPage,
  RecoveryQuery,
  RecoverySummary,
  RecoverySystemList,
  RecoverySystemsQuery,
} from '@corefleet/contracts/http';
import { DeviceFilters } from '@corefleet/features/devices';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Prisma, type Snapshot } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { assess, type AssessedDevice } from './assess';
import { recoveryRows, selectEnrolled } from './device-rows';
import { deviceView, systemView } from './recovery-view';
import { standingOf } from './standing';

/** Devices that are judged at a time: what a look at the fleet holds in memory. */
const PAGE = 1000;

/** Recovery systems as people look at them. */
@Injectable()
export class RecoverySystemsReadModel {
  constructor(
    private readonly database: Database,
    private readonly filters: DeviceFilters,
    private readonly clock: Clock,
  ) {}

  /** Systems of one device, newest first. @throws NotFoundError */
  async ofDevice(deviceId: string, { maker, tested }: RecoverySystemsQuery): Promise<RecoverySystemList> {
    const [device] = await this.assessed([deviceId]);
    if (!device) throw new NotFoundError('device', deviceId);
    const { state, warnings } = standingOf(device);
    const now = this.clock.now();
    const items = (device.systems ?? [])
      .filter((system) => maker === undefined || system.maker === maker)
      .filter((system) => tested === undefined || String(system.tested ?? 'unknown') === tested)
      .map((system) => systemView(system, now));
    return { state, items, warnings: [...warnings] };
  }

  /** Enrolled devices, in the order of their ids. @param query.cursor id of the last device of the page before */
  async list(query: RecoveryQuery): Promise<DeviceRecoveryPage> {
    const { cursor, limit } = query;
    const now = this.clock.now();
    const items: DeviceRecovery[] = [];
    for await (const devices of this.pages(query.filter ?? '', cursor)) {
      items.push(...devices.map((device) => deviceView(device, now)).filter((view) => isAskedFor(view, query)));
      if (items.length > limit) break;
    }
    const next = items.length > limit ? items[limit - 1]?.deviceId : undefined;
    return { items: items.slice(0, limit), ...(next !== undefined && { next }) };
  }

  /** How many of the enrolled devices that the filter means are how. */
  async summary(filter: string): Promise<RecoverySummary> {
    const summary = new Summary();
    for await (const devices of this.pages(filter)) devices.forEach(summary.add);
    return summary.result();
  }

  /** What is known of those devices; none for an id that is no device's. */
  async assessed(deviceIds: readonly string[]): Promise<AssessedDevice[]> {
    return assess(await recoveryRows(this.database, deviceIds));
  }

  /**
   * The enrolled devices that a condition on the rows of DEVICES means, as the snapshot has them, `size` at a time.
   * @param how.asOf as they were then; now when absent
   */
  async *whole(
    snapshot: Snapshot,
    condition: Prisma.Sql,
    { size, asOf }: { readonly size: number; readonly asOf?: Date | undefined },
  ): AsyncGenerator<AssessedDevice[]> {
    for await (const rows of snapshot.pages<{ id: string }>(selectEnrolled(condition, { asOf }), size)) {
      const ids = rows.map(({ id }) => id);
      yield assess(await recoveryRows(snapshot, ids, asOf));
    }
  }

  /** @param from id of the last device that was seen */
  private async *pages(filter: string, from?: string): AsyncGenerator<AssessedDevice[]> {
    const condition = await this.filters.condition(filter);
    for (let after = from; ;) {
      const rows = await this.database.query<{ id: string }>(selectEnrolled(condition, { after, limit: PAGE }));
      if (rows.length > 0) yield await this.assessed(rows.map(({ id }) => id));
      if (rows.length < PAGE) return;
      after = rows.at(-1)?.id;
    }
  }
}

function isAskedFor({ state, tested, hasDefault, recovery }: DeviceRecovery, query: RecoveryQuery): boolean {
  const behind = recovery?.behind ?? null;
  return (
    (query.state === undefined || query.state === state) &&
    (query.tested === undefined || query.tested === tested) &&
    (query.hasDefault === undefined || query.hasDefault === hasDefault) &&
    (query.behind === undefined || (behind !== null && behind >= query.behind))
  );
}

/** Counts devices one by one. */
class Summary {
  private readonly counts = {
    devices: 0,
    states: { fresh: 0, stale: 0, unknown: 0, none: 0, silent: 0 },
    ...{ untested: 0, withoutDefault: 0, withoutOurs: 0, seedRefresh: 0 },
  };
  private readonly behind = new Map<number, number>();

  readonly add = (device: AssessedDevice): void => {
    const { counts } = this;
    const { state, recovery, tested, hasDefault, ours } = standingOf(device);
    counts.devices += 1;
    counts.states[state] += 1;
    counts.untested += Number(!tested);
    counts.withoutDefault += Number(!hasDefault);
    counts.withoutOurs += Number(ours === 0);
    counts.seedRefresh += Number(device.row.seedRefresh === true);
    const sequences = recovery?.distance.behind ?? null;
    if (sequences !== null) this.behind.set(sequences, (this.behind.get(sequences) ?? 0) + 1);
  };

  result(): RecoverySummary {
    const behind = [...this.behind].map(([sequences, devices]) => ({ sequences, devices }));
    return { ...this.counts, behind: behind.sort((a, b) => a.sequences - b.sequences) };
  }
}
