import { Injectable } from '@nestjs/common';
import { Database } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import type { RolloutRow } from './rollout-row';
import { rolloutView } from './rollout-columns';
import type { ApprovalView, RolloutPage, RolloutView } from './rollout-view';

/** Rollouts as people read them. */
@Injectable()
export class RolloutsReadModel {
  constructor(private readonly database: Database) {}

  /** @throws NotFoundError */
  async get(id: string): Promise<RolloutView> {
    const row = await this.database.prisma.rollout.findUnique({ where: { id }, include: { waves: true } });
    if (!row) throw new NotFoundError('rollout', id);
    return rolloutView(row as unknown as RolloutRow);
  }

  /** Newest first. @param query.cursor id of the last rollout of the page before */
  async list(query: { cursor?: string | undefined; limit: number; status?: string | undefined }): Promise<RolloutPage> {
    const rows = await this.database.prisma.rollout.findMany({
      ...(query.cursor !== undefined && { cursor: { id: query.cursor }, skip: 1 }),
      ...(query.status !== undefined && { where: { status: query.status } }),
      include: { waves: true },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: query.limit + 1,
    });
    const items = rows.slice(0, query.limit).map((row) => rolloutView(row as unknown as RolloutRow));
    const last = items.at(-1);
    return rows.length > query.limit && last ? { items, next: last.id } : { items };
  }

  /** What people said to its plans, newest first. @throws NotFoundError */
  async approvals(id: string): Promise<ApprovalView[]> {
    const rollout = await this.database.prisma.rollout.findUnique({
      where: { id },
      select: { planDigest: true, approvals: { orderBy: { at: 'desc' } } },
    });
    if (!rollout) throw new NotFoundError('rollout', id);
    return rollout.approvals.map(({ personId, personName, decision, remark, at, planDigest }) => {
      return { personId, personName, decision, remark, at, valid: planDigest === rollout.planDigest };
    });
  }
}
