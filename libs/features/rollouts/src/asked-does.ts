import type { RolloutDoes } from '@corefleet/contracts/http';
import type { Transaction } from '@corefleet/platform/database';
import type { RolloutRow } from './rollout-row';

/** What was asked for before it was resolved: `latest` is another sequence by now, perhaps. */
export async function askedDoes(on: Transaction, { auditId, does }: RolloutRow): Promise<RolloutDoes> {
  const entry = await on.auditEntry.findUnique({ where: { id: auditId }, select: { details: true } });
  const { asked } = (entry?.details ?? {}) as { asked?: { does?: RolloutDoes } };
  return asked?.does ?? does;
}
