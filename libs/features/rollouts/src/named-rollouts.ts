import { Injectable } from '@nestjs/common';
import type { CreateRolloutRequest } from '@corefleet/contracts/http';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { askedDoes } from './asked-does';
import { requestOf } from './rollout-columns';
import type { RolloutRow } from './rollout-row';
import { shownDoes } from './shown-steps';

/** A rollout by its name. */
export interface NamedRollout {
  readonly id: string;
  readonly status: string;
  /** What would make it as it is now, as it was asked for and without secrets. */
  readonly request: CreateRolloutRequest;
}

/** Names of rollouts are not unique: of several the newest is meant. */
@Injectable()
export class NamedRollouts {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async newest(name: string): Promise<NamedRollout | undefined> {
    const found = await this.database.prisma.rollout.findFirst({
      where: { name },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      include: { waves: { orderBy: { number: 'asc' } } },
    });
    if (!found) return undefined;
    const row = found as unknown as RolloutRow;
    const does = shownDoes(await askedDoes(this.database.prisma, row));
    return { id: row.id, status: row.status, request: requestOf(row, { does, now: this.clock.now() }) };
  }
}
