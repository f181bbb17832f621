import { Prisma } from '@corefleet/platform/database';
import type { Expression, Order, Term, Test, Value } from './expression';
import type { Comparison } from './fields';

/** What a filter is judged by, besides the rows. */
export interface Judgement {
  readonly now: Date;
  /** The groups that are named, and those that these name in turn. */
  readonly groups: ReadonlyMap<string, FilterGroup>;
}

/** A list of devices of its own, or a filter. */
export interface FilterGroup {
  readonly id: string;
  /** null: a list of devices. */
  readonly filter: Expression | null;
}

/** What a condition is about: devices `d`, with the link `l` and the traits `t` where there are any. */
export const DEVICES = Prisma.sql`devices AS d
  LEFT JOIN device_links AS l ON l.enrolment_id = d.enrolment_id
  LEFT JOIN device_traits AS t ON t.enrolment_id = d.enrolment_id`;

/**
 * The filter as one condition on the rows of DEVICES, with every value a parameter. It is true or false of each device,
 * never NULL, so that `not` is the complement: an absent value is not equal to, less or greater than anything.
 */
export function conditionSql(expression: Expression, judgement: Judgement): Prisma.Sql {
  switch (expression.kind) {
    case 'not':
      return Prisma.sql`(NOT ${conditionSql(expression.part, judgement)})`;
    case 'and':
    case 'or': {
      const parts = expression.parts.map((part) => conditionSql(part, judgement));
      if (parts.length === 0) return expression.kind === 'and' ? Prisma.sql`TRUE` : Prisma.sql`FALSE`;
      return Prisma.join(parts, expression.kind === 'and' ? ' AND ' : ' OR ', '(', ')');
    }
    case 'term':
      return termSql(expression, judgement);
  }
}

function termSql({ field, test }: Term, judgement: Judgement): Prisma.Sql {
  switch (field.of) {
    case 'device': {
      const condition = compared(field.comparison, test, judgement);
      // IS TRUE would hide the comparison from the indexes
      return field.comparison.always ? Prisma.sql`(${condition})` : Prisma.sql`(${condition}) IS TRUE`;
    }
    case 'label':
      return labelSql(field.key, test);
    case 'system-label':
      return Prisma.sql`EXISTS (SELECT FROM unnest(t.system_labels) AS s (label)
        WHERE ${compared({ type: 'text', column: 's.label' }, test, judgement)})`;
    case 'group':
      return anyOf(valuesOf(test).map((value) => groupSql(value, judgement)));
    case 'snap': {
      const where = field.comparison ? compared(field.comparison, test, judgement) : Prisma.sql`TRUE`;
      const row = Prisma.sql`EXISTS (SELECT FROM device_snaps AS s
        WHERE s.enrolment_id = d.enrolment_id AND s.name = ${field.snap} AND ${where})`;
      return field.comparison ? row : presence(row, test);
    }
    case 'set': {
      const where = field.comparison ? compared(field.comparison, test, judgement) : Prisma.sql`TRUE`;
      const row = Prisma.sql`EXISTS (SELECT FROM ${Prisma.raw(field.rows)} AS s
        WHERE s.enrolment_id = d.enrolment_id AND s.account_id = ${field.account} AND s.name = ${field.set} AND ${where})`;
      return field.comparison ? row : presence(row, test);
    }
  }
}

/** Whether there is a row, where the term asks for that. */
function presence(row: Prisma.Sql, test: Test): Prisma.Sql {
  if (test.is === 'present') return row;
  const asked = valuesOf(test).map((value) => value.kind === 'truth' && value.truth);
  return anyOf(asked.map((truth) => (truth ? row : Prisma.sql`(NOT ${row})`)));
}

function labelSql(key: string, test: Test): Prisma.Sql {
  if (test.is !== 'equal') return Prisma.sql`(d.labels -> ${key}) IS NOT NULL`;
  return anyOf(
    test.values.map((value) =>
      value.kind === 'text'
        ? Prisma.sql`d.labels @> ${JSON.stringify({ [key]: value.text })}::jsonb` // by index
        : Prisma.sql`((d.labels ->> ${key}) LIKE ${likeOf(value)}) IS TRUE`,
    ),
  );
}

function groupSql(value: Value, judgement: Judgement): Prisma.Sql {
  const group = value.kind === 'text' ? judgement.groups.get(value.text) : undefined;
  if (!group) throw new Error('cannot judge a filter: a group it names was not looked up');
  if (group.filter) return conditionSql(group.filter, judgement);
  return Prisma.sql`EXISTS (SELECT FROM device_group_members AS s WHERE s.group_id = ${group.id}::uuid AND s.device_id = d.id)`;
}

/** The comparison of a column; NULL where the column is. */
function compared(comparison: Comparison, test: Test, { now }: Judgement): Prisma.Sql {
  switch (test.is) {
    case 'present':
      return Prisma.sql`${comparison.type === 'truth' ? truthOf(comparison, now) : Prisma.raw(comparison.column)} IS NOT NULL`;
    case 'ordered':
      return ordered(comparison, test.order, test.value, now);
    case 'equal':
      return anyOf(test.values.map((value) => equal(comparison, value, now)));
  }
}

function equal(comparison: Comparison, value: Value, now: Date): Prisma.Sql {
  const column = Prisma.raw(comparison.column);
  switch (value.kind) {
    case 'number':
      return Prisma.sql`${column} = ${value.number}::bigint`;
    case 'truth':
      return Prisma.sql`${truthOf(comparison, now)} = ${value.truth}::boolean`;
    case 'text':
      return comparison.type === 'id'
        ? Prisma.sql`${column} = ${value.text}::uuid`
        : Prisma.sql`${column} = ${value.text}::text`;
    default:
      return Prisma.sql`${column} LIKE ${likeOf(value)}`;
  }
}

function truthOf({ column, laterThanMs }: Comparison, now: Date): Prisma.Sql {
  if (laterThanMs === undefined) return Prisma.raw(column);
  const then = new Date(now.getTime() + laterThanMs);
  return Prisma.sql`coalesce(${Prisma.raw(column)} > ${then}::timestamptz, FALSE)`;
}

const TURNED: Readonly<Record<Order, Order>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function ordered({ type, column }: Comparison, order: Order, value: Value, now: Date): Prisma.Sql {
  switch (value.kind) {
    case 'number': {
      const numbers = Prisma.raw(type === 'revision' ? `${column}_number` : column);
      return Prisma.sql`${numbers} ${Prisma.raw(order)} ${value.number}::bigint`;
    }
    case 'moment':
      return Prisma.sql`${Prisma.raw(column)} ${Prisma.raw(order)} ${value.at}::timestamptz`;
    case 'age': {
      const then = new Date(now.getTime() - value.ms); // older than an age is before a moment
      return Prisma.sql`${Prisma.raw(column)} ${Prisma.raw(TURNED[order])} ${then}::timestamptz`;
    }
    case 'text':
      return Prisma.sql`version_numbers(${Prisma.raw(column)}) ${Prisma.raw(order)} version_numbers(${value.text}::text)`;
    default:
      throw new Error(`cannot judge a filter: a ${value.kind} has no order`);
  }
}

const valuesOf = (test: Test): readonly Value[] => (test.is === 'equal' ? test.values : []);

function likeOf(value: Value): string {
  if (value.kind !== 'glob') throw new Error(`cannot judge a filter: a ${value.kind} is no text`);
  return value.like;
}

const anyOf = (conditions: readonly Prisma.Sql[]): Prisma.Sql =>
  conditions.length === 0 ? Prisma.sql`FALSE` : Prisma.join([...conditions], ' OR ', '(', ')');
