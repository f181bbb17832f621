import { Injectable } from '@nestjs/common';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Prisma, type Transaction } from '@corefleet/platform/database';
import { ConflictError, InvalidRequestError, NotFoundError } from '@corefleet/platform/errors';
import { Bus } from '@corefleet/platform/redis';
import { DeviceFilters } from '../device-filters';
import { parseFilter } from '../filter/parse-filter';
import { FilterUsers, type FilterInUse } from './filter-users';
import { addMembers, removeMembers, requireDevices } from './group-members';

/** A named part of the fleet, as people see it. */
export interface GroupView {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** null: a list of devices. */
  readonly filter: string | null;
  /** How many are listed; null of a group with a filter. */
  readonly deviceCount: number | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly version: number;
}

export interface CreateGroup {
  readonly name: string;
  readonly description: string;
  /** With a filter, or with a list of devices, which may be empty; never with both. */
  readonly filter?: string | undefined;
  readonly deviceIds?: readonly string[] | undefined;
  readonly remark?: string | undefined;
}

export interface ChangeGroup {
  readonly description?: string | undefined;
  /** Of a group with a filter only. */
  readonly filter?: string | undefined;
  readonly remark?: string | undefined;
}

export interface GroupDevices {
  readonly deviceIds: readonly string[];
  readonly remark?: string | undefined;
}

type GroupRow = Prisma.DeviceGroupGetPayload<object>;
type Act = 'create' | 'change' | 'remove' | 'add-devices' | 'remove-devices';

/** The id of a group that there is not yet. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

const COUNTED = { include: { _count: { select: { members: true } } } } as const;

/**
 * Groups of devices. Writer of `device_groups` and `device_group_members`. Their writers take turns, so that two changes,
 * each right by itself, cannot make groups refer to themselves.
 */
@Injectable()
export class GroupsService {
  constructor(
    private readonly database: Database,
    private readonly filters: DeviceFilters,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly bus: Bus,
    private readonly users: FilterUsers,
  ) {
    users.register(filtersOfGroups);
  }

  /** Oldest first. @param query.name only the group of this name */
  async list(query: { name?: string; cursor?: string; limit: number }): Promise<{ items: GroupView[]; next?: string }> {
    const rows = await this.database.prisma.deviceGroup.findMany({
      ...COUNTED,
      where: {
        ...(query.name !== undefined && { name: query.name }),
        ...(query.cursor !== undefined && { id: { gt: query.cursor } }),
      },
      orderBy: { id: 'asc' },
      take: query.limit + 1,
    });
    const items = rows.slice(0, query.limit).map(view);
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.id } : { items };
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<GroupView> {
    const row = await this.database.prisma.deviceGroup.findUnique({ ...COUNTED, where: { id } });
    if (!row) throw new NotFoundError('group', id);
    return view(row);
  }

  /** Whether a group of that name could have this filter. Writes nothing. @throws FilterError as `create` does */
  async check(name: string, filter: string): Promise<void> {
    await this.checkFilter(this.database.prisma, { id: NOBODY, name }, filter);
  }

  /**
   * @throws ConflictError when there is one of that name; FilterError, also when groups would refer to themselves;
   *   InvalidRequestError for a device that there is none of
   */
  async create(actor: Actor, { remark, ...group }: CreateGroup): Promise<GroupView> {
    const id = this.ids.uuid();
    await this.writing(async (tx) => {
      const { name, description, filter, deviceIds } = group;
      if (await tx.deviceGroup.findUnique({ where: { name } })) {
        throw new ConflictError(`cannot create group "${name}": there is one of that name`);
      }
      if (filter !== undefined) await this.checkFilter(tx, { id, name }, filter);
      await requireDevices(tx, 'create group', deviceIds ?? []);
      const made = { createdBy: actor.name, createdAt: this.clock.now() };
      await tx.deviceGroup.create({ data: { id, name, description, filter: filter ?? null, ...made } });
      await addMembers(tx, id, deviceIds ?? []);
      await this.record(tx, { actor, act: 'create', id, remark, details: { ...group } });
    });
    return this.moved(id);
  }

  /** @throws NotFoundError; FilterError as for `create`; InvalidRequestError for a filter of a list of devices */
  async change(actor: Actor, id: string, { remark, ...changed }: ChangeGroup): Promise<GroupView> {
    await this.writing(async (tx) => {
      const { name, description, filter } = await find(tx, id);
      if (changed.filter !== undefined) {
        if (filter === null)
          throw wrongKind('change', name, 'filter', 'is not one of a group that is a list of devices');
        await this.checkFilter(tx, { id, name }, changed.filter);
      }
      const { description: newDescription = description, filter: newFilter = filter } = changed;
      const data = { description: newDescription, filter: newFilter, version: { increment: 1 } };
      await tx.deviceGroup.update({ where: { id }, data });
      await this.record(tx, {
        actor,
        act: 'change',
        id,
        remark,
        details: { before: { description, filter }, after: changed },
      });
    });
    return this.moved(id);
  }

  /** @throws NotFoundError; ConflictError while a filter in use names it */
  async remove(actor: Actor, id: string, remark?: string): Promise<void> {
    await this.writing(async (tx) => {
      const group = await find(tx, id);
      const user = await this.users.whoNames(tx, group.name);
      if (user !== undefined) throw new ConflictError(`cannot remove group "${group.name}": ${user} names it`);
      const { name, description, filter } = group;
      await tx.deviceGroup.delete({ where: { id } });
      await this.record(tx, { actor, act: 'remove', id, remark, details: { name, description, filter } });
    });
    this.bus.publishEvent({ topic: 'groups', id, version: Date.now() });
  }

  /** Adding again changes nothing. @throws NotFoundError; InvalidRequestError for a device that there is none of, or a filter's group */
  addDevices(actor: Actor, id: string, devices: GroupDevices): Promise<GroupView> {
    return this.changeDevices(actor, id, 'add-devices', devices, async (tx) => {
      await requireDevices(tx, 'add devices', devices.deviceIds);
      await addMembers(tx, id, devices.deviceIds);
    });
  }

  /** Removing again changes nothing. @throws NotFoundError; InvalidRequestError for a filter's group */
  removeDevices(actor: Actor, id: string, devices: GroupDevices): Promise<GroupView> {
    return this.changeDevices(actor, id, 'remove-devices', devices, (tx) => removeMembers(tx, id, devices.deviceIds));
  }

  private async changeDevices(
    actor: Actor,
    id: string,
    act: Act,
    { deviceIds, remark }: GroupDevices,
    work: (tx: Transaction) => Promise<void>,
  ): Promise<GroupView> {
    await this.writing(async (tx) => {
      const { name, filter } = await find(tx, id);
      if (filter !== null) throw wrongKind('change', name, 'deviceIds', 'are not those of a group with a filter');
      await work(tx);
      await tx.deviceGroup.update({ where: { id }, data: { version: { increment: 1 } } });
      await this.record(tx, { actor, act, id, remark, details: { name, deviceIds } });
    });
    return this.moved(id);
  }

  private writing(work: (tx: Transaction) => Promise<void>): Promise<void> {
    return this.database.transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE device_groups IN SHARE ROW EXCLUSIVE MODE`; // readers go on
      await work(tx);
    });
  }

  private async checkFilter(tx: Transaction, group: { id: string; name: string }, text: string): Promise<void> {
    const filter = parseFilter(text);
    await this.filters.groupsOf(filter, { source: tx, proposed: new Map([[group.name, { id: group.id, filter }]]) });
  }

  private async record(
    tx: Transaction,
    said: { actor: Actor; act: Act; id: string; remark: string | undefined; details: Record<string, unknown> },
  ): Promise<void> {
    const { actor, act, id, remark, details } = said;
    const subject = { kind: 'group', id };
    await this.audit.record(tx, {
      actor,
      action: `group.${act}`,
      subject,
      ...(remark !== undefined && { remark }),
      details,
    });
  }

  private moved(id: string): Promise<GroupView> {
    this.bus.publishEvent({ topic: 'groups', id, version: Date.now() });
    return this.get(id);
  }
}

async function find(tx: Transaction, id: string): Promise<GroupRow> {
  const row = await tx.deviceGroup.findUnique({ where: { id } });
  if (!row) throw new NotFoundError('group', id);
  return row;
}

async function filtersOfGroups(tx: Transaction, text: string): Promise<FilterInUse[]> {
  const rows = await tx.deviceGroup.findMany({ where: { filter: { contains: text } } });
  return rows.map(({ name, filter }) => ({ user: `group "${name}"`, filter: filter ?? '' }));
}

function wrongKind(act: string, name: string, field: string, message: string): InvalidRequestError {
  return new InvalidRequestError(`cannot ${act} group "${name}": ${field} ${message}`, [{ field, message }]);
}

function view(row: GroupRow & { _count: { members: number } }): GroupView {
  const { _count: counted, ...rest } = row;
  return { ...rest, deviceCount: row.filter === null ? counted.members : null };
}
