import { Injectable } from '@nestjs/common';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Prisma, type Transaction } from '@corefleet/platform/database';
import { conditionSql, type FilterGroup } from './filter/condition-sql';
import type { Expression } from './filter/expression';
import { FilterError } from './filter/filter-error';
import { expand, groupsNamedIn, type GroupReference } from './filter/group-references';
import { nearest } from './filter/nearest';
import { parseFilter } from './filter/parse-filter';

/** Terms of a filter with the filters of its groups in place of their names. */
const EXPANDED_TERMS_MOST = 1000;

type GroupSource = Pick<Transaction, 'deviceGroup'>;
type GroupRow = Pick<Prisma.DeviceGroupGetPayload<object>, 'id' | 'name' | 'filter'>;

/** Turns filters into conditions on devices: the one road for lists, previews and whom a rollout means. */
@Injectable()
export class DeviceFilters {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The filter as a condition on the rows of DEVICES, with the groups it names as they are now.
   * @param field of the request in which it stands
   * @throws FilterError saying what is wrong and where
   */
  async condition(filter: string, field = 'filter'): Promise<Prisma.Sql> {
    try {
      const expression = parseFilter(filter);
      const groups = await this.groupsOf(expression);
      return conditionSql(expression, { now: this.clock.now(), groups });
    } catch (error) {
      throw error instanceof FilterError ? error.of(field) : error;
    }
  }

  /**
   * The groups a filter names, and those that these name in turn.
   * @param how.source where groups are read: a transaction that is about to change them
   * @param how.proposed groups as they are about to be, in place of what is stored
   * @throws FilterError for a group that there is none of, refers to itself, or makes the filter too long
   */
  async groupsOf(
    expression: Expression,
    how: { source?: GroupSource; proposed?: ReadonlyMap<string, FilterGroup> } = {},
  ): Promise<Map<string, FilterGroup>> {
    const { source = this.database.prisma, proposed = new Map<string, FilterGroup>() } = how;
    const groups = new Map<string, FilterGroup>();
    let wanted: readonly GroupReference[] = groupsNamedIn(expression);
    while (wanted.length > 0) {
      const found = await find(source, wanted, proposed);
      for (const { reference, group } of found) groups.set(reference.name, group);
      wanted = found
        .flatMap(({ reference: { position }, group }) =>
          group.filter ? groupsNamedIn(group.filter).map(({ name }) => ({ name, position })) : [],
        )
        .filter(({ name }) => !groups.has(name));
    }
    check(expression, groups);
    return groups;
  }
}

async function find(
  source: GroupSource,
  wanted: readonly GroupReference[],
  proposed: ReadonlyMap<string, FilterGroup>,
): Promise<{ reference: GroupReference; group: FilterGroup }[]> {
  const names = [...new Set(wanted.map(({ name }) => name))];
  const rows = await source.deviceGroup.findMany({ where: { name: { in: names } } });
  const stored = new Map(rows.map((row) => [row.name, groupOf(row)]));
  const found: { reference: GroupReference; group: FilterGroup }[] = [];
  for (const reference of wanted) {
    const group = proposed.get(reference.name) ?? stored.get(reference.name);
    if (!group) throw await unknown(source, reference);
    found.push({ reference, group });
  }
  return found;
}

async function unknown(source: GroupSource, { name, position }: GroupReference): Promise<FilterError> {
  const rows = await source.deviceGroup.findMany({ select: { name: true } });
  const names = rows.map((row) => row.name);
  const meant = nearest(name, names);
  const hint = meant === undefined ? '' : ` (did you mean "${meant}"?)`;
  return new FilterError(`unknown group "${name}"${hint}`, position);
}

function groupOf({ id, filter }: GroupRow): FilterGroup {
  return { id, filter: filter === null ? null : parseFilter(filter) };
}

function check(expression: Expression, groups: ReadonlyMap<string, FilterGroup>): void {
  const position = groupsNamedIn(expression)[0]?.position ?? 0;
  const expanded = expand(expression, groups);
  if ('cycle' in expanded) throw new FilterError(`a group refers to itself (${expanded.cycle.join(' -> ')})`, position);
  if (expanded.terms > EXPANDED_TERMS_MOST) {
    const message = `expected at most ${EXPANDED_TERMS_MOST} terms with those of its groups, found ${expanded.terms}`;
    throw new FilterError(message, position);
  }
}
