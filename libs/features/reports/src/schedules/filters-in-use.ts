import { Injectable, type OnModuleInit } from '@nestjs/common';
import { FilterUsers, type FilterInUse } from '@corefleet/features/devices';
import type { Transaction } from '@corefleet/platform/database';
import { membersOf } from './report-schedule-row';

/** Says which filters scheduled reports will use. */
@Injectable()
export class FiltersInUse implements OnModuleInit {
  constructor(private readonly users: FilterUsers) {}

  onModuleInit(): void {
    this.users.register(filtersInUse);
  }
}

/** Of all schedules, which are few; a disabled one may be enabled again. */
async function filtersInUse(tx: Transaction): Promise<FilterInUse[]> {
  const rows = await tx.reportSchedule.findMany();
  return rows.flatMap((row) => {
    const { parameters } = membersOf(row).report;
    const filter = 'filter' in parameters ? parameters.filter : undefined;
    return filter === undefined ? [] : [{ user: `report schedule "${row.name}"`, filter }];
  });
}
