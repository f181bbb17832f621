import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database, Prisma } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { Bus, Presence } from '@corefleet/platform/redis';
import type { DevicePage, DeviceView } from './device-view';
import { DeviceFilters } from './device-filters';
import { deviceSql, devicesSql, type DeviceRow } from './device-rows';
import { DEVICES } from './filter/condition-sql';
import { previewDevices, type DevicesPreview } from './preview-devices';

/** Devices that a total counts. */
const COUNTED_MOST = 10_000;

/** Devices and their labels. Writer of table `devices` together with enrolment, which makes the rows. */
@Injectable()
export class DevicesService {
  constructor(
    private readonly database: Database,
    private readonly presence: Presence,
    private readonly audit: AuditService,
    private readonly bus: Bus,
    private readonly filters: DeviceFilters,
    private readonly clock: Clock,
  ) {}

  /** @param query.cursor id of the last device of the page before */
  async list(query: { filter?: string; cursor?: string; limit: number; total?: boolean }): Promise<DevicePage> {
    const condition = await this.filters.condition(query.filter ?? '');
    const page = devicesSql(condition, { after: query.cursor, limit: query.limit + 1 });
    const found = await this.database.query<DeviceRow>(page);
    const items = await this.views(found.slice(0, query.limit));
    const last = items.at(-1);
    return {
      items,
      ...(query.total && { total: await this.total(condition) }),
      ...(found.length > query.limit && last !== undefined && { next: last.id }),
    };
  }

  /** Stops where a count would be slower than a page. */
  private async total(condition: Prisma.Sql): Promise<{ devices: number; exact: boolean }> {
    const [found] = await this.database.query<{ devices: number }>(
      Prisma.sql`SELECT count(*)::int AS devices FROM (
        SELECT FROM ${DEVICES} WHERE ${condition} LIMIT ${COUNTED_MOST + 1}) AS found`,
    );
    const devices = found?.devices ?? 0;
    return { devices: Math.min(devices, COUNTED_MOST), exact: devices <= COUNTED_MOST };
  }

  /** Whom the filter means now, counted, and the first `limit` of them. @throws FilterError */
  async preview(filter: string, limit: number): Promise<DevicesPreview> {
    const now = this.clock.now();
    return previewDevices(this.database, await this.filters.condition(filter), { now, limit });
  }

  /**
   * Enrolled devices the filter means, in the order they joined: those a command can be given to.
   * @throws FilterError
   */
  async enrolledIds(filter: string): Promise<string[]> {
    return this.enrolledWhere(await this.filters.condition(filter));
  }

  /** @param field of the request in which the filter stands. @throws FilterError when it cannot be used */
  async requireFilter(filter: string, field?: string): Promise<void> {
    await this.filters.condition(filter, field);
  }

  /**
   * Which of these devices are enrolled and meant by the filter, in the order they joined.
   * @param field of the request in which the filter stands
   * @throws FilterError
   */
  async matchingEnrolledIds(filter: string, among: readonly string[], field?: string): Promise<string[]> {
    const condition = await this.filters.condition(filter, field);
    return this.enrolledWhere(Prisma.sql`d.id = ANY (${among}::uuid[]) AND ${condition}`);
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<DeviceView> {
    const { text, values } = deviceSql(id);
    const [view] = await this.views(await this.database.rows<DeviceRow>('device', text, values));
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

  private async enrolledWhere(condition: Prisma.Sql): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      Prisma.sql`SELECT d.id FROM ${DEVICES} WHERE d.enrolment_id IS NOT NULL AND ${condition} ORDER BY d.id`,
    );
    return rows.map(({ id }) => id);
  }

  private async views(rows: readonly DeviceRow[]): Promise<DeviceView[]> {
    const online = await this.presence.gateways(rows.flatMap(({ enrolmentId }) => enrolmentId ?? []));
    return rows.map(({ failures, until, ...device }) => ({
      ...device,
      online: device.enrolmentId !== null && online.has(device.enrolmentId),
      penalty: failures === null || until === null ? null : { failures, until },
    }));
  }
}
