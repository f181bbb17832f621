import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Database, type Prisma } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { Bus, Presence } from '@corefleet/platform/redis';
import type { DevicePage, DeviceView } from './device-view';
import { parseFilter } from './filter';
import { filterWhere } from './filter-where';

type DeviceRow = Prisma.DeviceGetPayload<object>;
type LinkRow = Prisma.DeviceLinkGetPayload<object>;

/** Devices and their labels. Writer of table `devices` together with enrolment, which makes the rows. */
@Injectable()
export class DevicesService {
  constructor(
    private readonly database: Database,
    private readonly presence: Presence,
    private readonly audit: AuditService,
    private readonly bus: Bus,
  ) {}

  /** @param cursor id of the last device of the page before */
  async list(query: { filter?: string; cursor?: string; limit: number }): Promise<DevicePage> {
    const where = filterWhere(parseFilter(query.filter ?? ''));
    const rows = await this.database.prisma.device.findMany({
      where: { AND: [where, query.cursor ? { id: { gt: query.cursor } } : {}] },
      orderBy: { id: 'asc' },
      take: query.limit + 1,
    });
    const items = await this.views(rows.slice(0, query.limit));
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.id } : { items };
  }

  /** Enrolled devices the filter means, in the order they joined: those a command can be given to. */
  async enrolledIds(filter: string): Promise<string[]> {
    const where = { AND: [filterWhere(parseFilter(filter)), { enrolmentId: { not: null } }] };
    const rows = await this.database.prisma.device.findMany({ where, select: { id: true }, orderBy: { id: 'asc' } });
    return rows.map(({ id }) => id);
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<DeviceView> {
    const row = await this.database.prisma.device.findUnique({ where: { id } });
    if (!row) throw new NotFoundError('device', id);
    const [view] = await this.views([row]);
    if (!view) throw new NotFoundError('device', id);
    return view;
  }

  /** Replaces all labels of the device. @throws NotFoundError */
  async setLabels(actor: Actor, id: string, labels: Record<string, string>): Promise<DeviceView> {
    await this.database.transaction(async (tx) => {
      const before = await tx.device.findUnique({ where: { id }, select: { labels: true } });
      if (!before) throw new NotFoundError('device', id);
      await tx.device.update({ where: { id }, data: { labels } });
      const details = { before: before.labels, after: labels };
      await this.audit.record(tx, { actor, action: 'device.set-labels', subject: { kind: 'device', id }, details });
    });
    this.bus.publishEvent({ topic: 'devices', id, version: Date.now() });
    return this.get(id);
  }

  private async views(rows: DeviceRow[]): Promise<DeviceView[]> {
    const enrolmentIds = rows.flatMap(({ enrolmentId }) => (enrolmentId ? [enrolmentId] : []));
    const [links, online] = await Promise.all([
      this.database.prisma.deviceLink.findMany({ where: { enrolmentId: { in: enrolmentIds } } }),
      this.presence.gateways(enrolmentIds),
    ]);
    const byEnrolment = new Map(links.map((link) => [link.enrolmentId, link]));
    return rows.map((row) => view(row, byEnrolment.get(row.enrolmentId ?? ''), online.has(row.enrolmentId ?? '')));
  }
}

function view(row: DeviceRow, link: LinkRow | undefined, online: boolean): DeviceView {
  const { id, brandId, model, serial, enrolmentId, createdAt, reEnrolUntil, claimedAt } = row;
  return {
    ...{ id, brandId, model, serial, enrolmentId, createdAt, reEnrolUntil, claimedAt, online },
    labels: row.labels as Record<string, string>,
    agentVersion: link?.agentVersion ?? null,
    protocol: link?.protocol ?? null,
    bootId: link?.bootId ?? null,
    snapdState: link?.snapdState ?? null,
    lastSeenAt: link?.lastSeenAt ?? null,
  };
}
