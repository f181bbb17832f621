import { Prisma } from '@corefleet/platform/database';
import type { FilterTerm } from './filter';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The filter as a condition on table `devices`. A device without the label is not equal to any value of it. */
export function filterWhere(terms: readonly FilterTerm[]): Prisma.DeviceWhereInput {
  return { AND: terms.map(termWhere) };
}

function termWhere(term: FilterTerm): Prisma.DeviceWhereInput {
  const equal = equalWhere(term);
  return term.operator === '=' ? equal : { NOT: equal };
}

function equalWhere({ field, key, value }: FilterTerm): Prisma.DeviceWhereInput {
  switch (field) {
    case 'id':
      return { id: { in: uuid.test(value) ? [value] : [] } };
    case 'brand':
      return { brandId: value };
    case 'model':
      return { model: value };
    case 'serial':
      return { serial: value };
    case 'label':
      return { labels: { path: [key ?? ''], equals: value } };
  }
}
