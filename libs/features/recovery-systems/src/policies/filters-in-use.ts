import { Injectable, type OnModuleInit } from '@nestjs/common';
import { FilterUsers, type FilterInUse } from '@corefleet/features/devices';
import type { Transaction } from '@corefleet/platform/database';
import { membersOf, type PolicyMembers } from './policy-row';

/** Says which filters policies will use: their own, and those of the waves of their rollouts. */
@Injectable()
export class FiltersInUse implements OnModuleInit {
  constructor(private readonly users: FilterUsers) {}

  onModuleInit(): void {
    this.users.register(filtersInUse);
  }
}

/** Of all policies, which are few; a disabled one may be enabled again. */
async function filtersInUse(tx: Transaction): Promise<FilterInUse[]> {
  const rows = await tx.recoveryPolicy.findMany();
  return rows.flatMap((row) =>
    filtersOf(membersOf(row)).map((filter) => ({ user: `recovery policy "${row.name}"`, filter })),
  );
}

function filtersOf({ filter, rollout }: PolicyMembers): string[] {
  return [filter, ...rollout.waves.flatMap((wave) => ('filter' in wave ? [wave.filter] : []))];
}
