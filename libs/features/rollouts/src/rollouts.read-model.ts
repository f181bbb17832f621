import { Injectable } from '@nestjs/common';
import { shownParameters } from '@corefleet/operations';
import { Database, type Prisma } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import type { RolloutPage, RolloutView, TargetPage, TargetView } from './rollout-view';
import { TARGET_STATE, countsOf, waveCounts, type WaveCount } from './wave-counts';

type Row = Prisma.RolloutGetPayload<{ include: { waves: true } }>;

/** Rollouts as people read them. */
@Injectable()
export class RolloutsReadModel {
  constructor(private readonly database: Database) {}

  /** @throws NotFoundError */
  async get(id: string): Promise<RolloutView> {
    const row = await this.database.prisma.rollout.findUnique({ where: { id }, include: { waves: true } });
    if (!row) throw new NotFoundError('rollout', id);
    return view(row, await waveCounts(this.database, [id]));
  }

  /** Newest first. @param query.cursor id of the last rollout of the page before */
  async list(query: { cursor?: string; limit: number }): Promise<RolloutPage> {
    const rows = await this.database.prisma.rollout.findMany({
      where: query.cursor ? { id: { lt: query.cursor } } : {},
      include: { waves: true },
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    });
    const page = rows.slice(0, query.limit);
    const counts = await waveCounts(
      this.database,
      page.map(({ id }) => id),
    );
    const items = page.map((row) => view(row, counts));
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.id } : { items };
  }

  /** Devices of a rollout in the order of their ids. @param query.cursor device id of the last target of the page before */
  async targets(
    id: string,
    query: { wave?: number; status?: string; cursor?: string; limit: number },
  ): Promise<TargetPage> {
    const rows = await this.database.prisma.$queryRawUnsafe<TargetView[]>(
      `SELECT * FROM (
         SELECT t.device_id AS "deviceId", d.serial, t.wave, ${TARGET_STATE} AS status, t.command_id AS "commandId",
                coalesce(t.skipped, c.cause) AS cause, c.message
           FROM rollout_targets t JOIN devices d ON d.id = t.device_id LEFT JOIN commands c ON c.id = t.command_id
          WHERE t.rollout_id = $1::uuid AND ($2::int IS NULL OR t.wave = $2) AND ($3::uuid IS NULL OR t.device_id > $3)) AS target
        WHERE $4::text IS NULL OR status = $4
        ORDER BY "deviceId" LIMIT $5`,
      ...[id, query.wave ?? null, query.cursor ?? null, query.status ?? null, query.limit + 1],
    );
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.deviceId } : { items };
  }
}

function view(row: Row, counts: readonly WaveCount[]): RolloutView {
  const { id, name, operation, filter, status, reason, maxInFlight, maxFailedPercent, minFailed } = row;
  const { deadlineSeconds, targetCount, createdBy, createdAt, startedAt, finishedAt, version } = row;
  const waves = row.waves
    .sort((a, b) => a.number - b.number)
    .map((wave) => ({ ...wave, counts: countsOf(counts, id, wave.number) }))
    .map(({ number, size, status: waveStatus, counts: own }) => ({ number, size, status: waveStatus, counts: own }));
  return {
    ...{ id, name, operation, filter, status, reason, maxInFlight, maxFailedPercent, minFailed },
    parameters: shownParameters(operation, row.parameters),
    ...{ deadlineSeconds, targetCount, createdBy, createdAt, startedAt, finishedAt, version, waves },
  };
}
