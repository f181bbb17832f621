import { Injectable } from '@nestjs/common';
import type { RecoveryPolicyPage, RecoveryPolicyView } from '@corefleet/contracts/http';
import { Database } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { policyView } from './policy-view';

/** Policies as people read them. */
@Injectable()
export class RecoveryPoliciesReadModel {
  constructor(private readonly database: Database) {}

  /** @throws NotFoundError */
  async get(id: string): Promise<RecoveryPolicyView> {
    const row = await this.database.prisma.recoveryPolicy.findUnique({ where: { id } });
    if (!row) throw new NotFoundError('recovery policy', id);
    return policyView(row);
  }

  /** By its name, which only one policy has. */
  async find(name: string): Promise<RecoveryPolicyView | undefined> {
    const row = await this.database.prisma.recoveryPolicy.findUnique({ where: { name } });
    return row ? policyView(row) : undefined;
  }

  /** Newest first. @param query.cursor id of the last policy of the page before */
  async list(query: { cursor?: string | undefined; limit: number }): Promise<RecoveryPolicyPage> {
    const rows = await this.database.prisma.recoveryPolicy.findMany({
      where: query.cursor === undefined ? {} : { id: { lt: query.cursor } },
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    });
    const items = rows.slice(0, query.limit).map(policyView);
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.id } : { items };
  }
}
