import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { FleetLimits, LimitsView, SiteLimits } from '@corefleet/contracts/http';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Database, type Prisma } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { Bus } from '@corefleet/platform/redis';

/** Who sets bounds, and why. */
export interface Setting {
  readonly actor: Actor;
  readonly remark?: string | undefined;
}

type Row = Prisma.LimitGetPayload<object>;
type Bounds = Pick<Row, 'maxInFlight' | 'startsPerMinute' | 'maxDownloading'>;

const UNBOUNDED: Bounds = { maxInFlight: null, startsPerMinute: null, maxDownloading: null };

/** Bounds over all rollouts, of the fleet and of its sites. Writer of what table `limits` bounds; the worker spends it. */
@Injectable()
export class LimitsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly bus: Bus,
  ) {}

  async get(): Promise<LimitsView> {
    const rows = await this.database.prisma.limit.findMany({ orderBy: { key: 'asc' } });
    const { maxInFlight, startsPerMinute } = rows.find(({ scope }) => scope === 'fleet') ?? UNBOUNDED;
    const sites = rows.filter(({ scope }) => scope === 'site');
    return {
      fleet: { maxInFlight, startsPerMinute },
      sites: sites.map((row) => ({ site: row.key, maxInFlight: row.maxInFlight, maxDownloading: row.maxDownloading })),
    };
  }

  setFleet(setting: Setting, limits: FleetLimits): Promise<LimitsView> {
    return this.set(setting, { scope: 'fleet', key: '' }, { ...UNBOUNDED, ...limits });
  }

  /** The site need not have devices yet. */
  setSite(setting: Setting, site: string, limits: SiteLimits): Promise<LimitsView> {
    return this.set(setting, { scope: 'site', key: site }, { ...UNBOUNDED, ...limits });
  }

  /** The site is bound by the fleet's bounds alone. @throws NotFoundError when it has none of its own */
  async removeSite({ actor, remark }: Setting, site: string): Promise<void> {
    const key = { scope: 'site', key: site };
    await this.database.transaction(async (tx) => {
      await tx.$queryRaw`SELECT FROM limits WHERE scope = 'site' AND key = ${site} FOR UPDATE`;
      const before = await tx.limit.findUnique({ where: { scope_key: key } });
      if (!before) throw new NotFoundError('limits of site', site);
      await tx.limit.delete({ where: { scope_key: key } });
      const details = { before: boundsOf(before), after: null };
      await this.audit.record(tx, {
        actor,
        action: 'limits.remove',
        subject: subjectOf(key),
        ...said(remark),
        details,
      });
    });
    this.moved(key);
  }

  /** What stays as it is makes no audit entry. */
  private async set({ actor, remark }: Setting, key: Pick<Row, 'scope' | 'key'>, limits: Bounds): Promise<LimitsView> {
    await this.database.transaction(async (tx) => {
      await tx.$queryRaw`SELECT FROM limits WHERE scope = ${key.scope} AND key = ${key.key} FOR UPDATE`;
      const before = await tx.limit.findUnique({ where: { scope_key: key } });
      if (before && isDeepStrictEqual(boundsOf(before), limits)) return;
      await tx.limit.upsert({ where: { scope_key: key }, create: { ...key, ...limits }, update: limits });
      const details = { before: before && boundsOf(before), after: limits };
      await this.audit.record(tx, { actor, action: 'limits.set', subject: subjectOf(key), ...said(remark), details });
    });
    this.moved(key);
    return this.get();
  }

  private moved(key: Pick<Row, 'scope' | 'key'>): void {
    this.bus.publishEvent({ topic: 'limits', id: subjectOf(key).id, version: Date.now() });
  }
}

const boundsOf = ({ maxInFlight, startsPerMinute, maxDownloading }: Row): Bounds => ({
  ...{ maxInFlight, startsPerMinute, maxDownloading },
});

const subjectOf = ({ scope, key }: Pick<Row, 'scope' | 'key'>): { kind: string; id: string } => ({
  kind: 'limits',
  id: scope === 'fleet' ? scope : `site ${key}`,
});

const said = (remark: string | undefined): { remark?: string } => (remark === undefined ? {} : { remark });
