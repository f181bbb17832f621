import type { RolloutDoes } from '@corefleet/contracts/http';
import type { Transaction } from '@corefleet/platform/database';
import type { RolloutRow } from './rollout-row';
import { subjectOf } from './subject';

/**
 * Of those devices the ones for which a newer rollout does the same work, with its name. One that was stopped or taken back
 * supersedes nothing.
 */
export async function supersededBy(
  tx: Transaction,
  rollout: RolloutRow,
  deviceIds: readonly string[],
): Promise<Map<string, string>> {
  if (deviceIds.length === 0) return new Map();
  const newer = await tx.$queryRaw<{ deviceId: string; name: string; does: RolloutDoes }[]>`
    SELECT t.device_id AS "deviceId", r.name, r.does
      FROM rollout_targets t JOIN rollouts r ON r.id = t.rollout_id
     WHERE t.device_id = ANY (${deviceIds}::uuid[]) AND r.created_at > ${rollout.createdAt}
       AND r.status IN ('scheduled', 'running', 'paused', 'finished')
       AND (t.state <> 'skipped' OR t.cause = 'nothing-to-do')`;
  const subject = subjectOf(rollout.does);
  return new Map(newer.filter(({ does }) => subjectOf(does) === subject).map(({ deviceId, name }) => [deviceId, name]));
}
