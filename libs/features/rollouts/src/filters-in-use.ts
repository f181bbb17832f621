import { Injectable, type OnModuleInit } from '@nestjs/common';
import { FilterUsers, type FilterInUse } from '@corefleet/features/devices';
import type { Transaction } from '@corefleet/platform/database';

const OVER = ['finished', 'stopped', 'rolled-back'];

/** Says of which groups the filters of rollouts that are not over speak: of the rollout itself, and of its waves. */
@Injectable()
export class FiltersInUse implements OnModuleInit {
  constructor(private readonly users: FilterUsers) {}

  onModuleInit(): void {
    this.users.register(filtersInUse);
  }
}

async function filtersInUse(tx: Transaction, text: string): Promise<FilterInUse[]> {
  const asked = { path: ['filter'], string_contains: text };
  const rows = await tx.rollout.findMany({
    where: { status: { notIn: OVER }, OR: [{ filter: { contains: text } }, { waves: { some: { asked } } }] },
    select: { name: true, filter: true, waves: { where: { asked }, select: { asked: true } } },
  });
  return rows.flatMap(({ name, filter, waves }) =>
    [filter, ...waves.map(({ asked: wave }) => (wave as { filter: string }).filter)].map((each) => ({
      user: `rollout "${name}"`,
      filter: each,
    })),
  );
}
