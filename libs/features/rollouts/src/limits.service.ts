import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { CommonLimits, LimitsView } from '@corefleet/contracts/http';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Database } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { Bus } from '@corefleet/platform/redis';

/** Who sets bounds, and why. */
export interface Setting {
  readonly actor: Actor;
  readonly remark?: string | undefined;
}

const UNBOUNDED: CommonLimits = { maxInFlight: null, startsPerMinute: null, maxDownloading: null };

/** Bounds over all rollouts, of the fleet and of its sites. Writer of what table `limits` bounds; the worker spends it. */
@Injectable()
export class LimitsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly bus: Bus,
  ) {}

  async get(): Promise<LimitsView> {
    const rows = await this.database.prisma.limit.findMany({ orderBy: [{ scope: 'asc' }, { key: 'asc' }] });
    const fleet = rows.find(({ scope }) => scope === 'fleet') ?? UNBOUNDED;
    const sites = rows.filter((row) => row.scope === 'site' && !isDeepStrictEqual(boundsOf(row), UNBOUNDED));
    return { fleet: boundsOf(fleet), sites: sites.map((row) => ({ site: row.key, ...boundsOf(row) })) };
  }

  setFleet(setting: Setting, limits: CommonLimits): Promise<LimitsView> {
    return this.set(setting, { scope: 'fleet', key: '' }, limits);
  }

  /** The site need not have devices yet. */
  setSite(setting: Setting, site: string, limits: CommonLimits): Promise<LimitsView> {
    return this.set(setting, { scope: 'site', key: site }, limits);
  }

  /** The site is bound by the fleet's bounds alone. @throws NotFoundError when it has none of its own */
  async removeSite({ actor, remark }: Setting, site: string): Promise<void> {
    const where = { scope_key: { scope: 'site', key: site } };
    await this.database.transaction(async (tx) => {
      await tx.$queryRaw`SELECT FROM limits WHERE scope = 'site' AND key = ${site} FOR UPDATE`;
      const before = await tx.limit.findUnique({ where });
      if (!before) throw new NotFoundError('limits of site', site);
      await tx.limit.delete({ where });
      const details = { before: boundsOf(before), after: null };
      const subject = { kind: 'limits', id: `site ${site}` };
      await this.audit.record(tx, { actor, action: 'limits.remove', subject, ...said(remark), details });
    });
    this.moved();
  }

  /** What stays as it is makes no audit entry. */
  private async set(
    { actor, remark }: Setting,
    where: { readonly scope: string; readonly key: string },
    limits: CommonLimits,
  ): Promise<LimitsView> {
    await this.database.transaction(async (tx) => {
      await tx.$queryRaw`SELECT FROM limits WHERE scope = ${where.scope} AND key = ${where.key} FOR UPDATE`;
      const before = await tx.limit.findUnique({ where: { scope_key: where } });
      if (before && isDeepStrictEqual(boundsOf(before), limits)) return;
      await tx.limit.upsert({ where: { scope_key: where }, create: { ...where, ...limits }, update: limits });
      const subject = { kind: 'limits', id: where.scope === 'fleet' ? 'fleet' : `site ${where.key}` };
      const details = { before: before && boundsOf(before), after: limits };
      await this.audit.record(tx, { actor, action: 'limits.set', subject, ...said(remark), details });
    });
    this.moved();
    return this.get();
  }

  private moved(): void {
    this.bus.publishEvent({ topic: 'limits', id: 'fleet', version: Date.now() });
  }
}

const boundsOf = ({ maxInFlight, startsPerMinute, maxDownloading }: CommonLimits): CommonLimits => ({
  ...{ maxInFlight, startsPerMinute, maxDownloading },
});

const said = (remark: string | undefined): { remark?: string } => (remark === undefined ? {} : { remark });
