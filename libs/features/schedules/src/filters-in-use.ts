import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ScheduledRollout } from '@corefleet/contracts/http';
import { FilterUsers, type FilterInUse } from '@corefleet/features/devices';
import type { Transaction } from '@corefleet/platform/database';
import { templateOf } from './schedule-row';

/** Says which filters schedules will use: of the rollouts they make, and of their waves. */
@Injectable()
export class FiltersInUse implements OnModuleInit {
  constructor(private readonly users: FilterUsers) {}

  onModuleInit(): void {
    this.users.register(filtersInUse);
  }
}

/** Of all schedules, which are few; a disabled one may be enabled again. */
async function filtersInUse(tx: Transaction): Promise<FilterInUse[]> {
  const rows = await tx.schedule.findMany();
  return rows.flatMap((row) =>
    filtersOf(templateOf(row)).map((filter) => ({ user: `schedule "${row.name}"`, filter })),
  );
}

function filtersOf({ filter, waves }: ScheduledRollout): string[] {
  return [filter, ...waves.flatMap((wave) => ('filter' in wave ? [wave.filter] : []))];
}
