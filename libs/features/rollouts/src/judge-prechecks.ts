import { bulkIds, bulkRows, type Transaction } from '@corefleet/platform/database';
import { precheck, type Precheck, type PrecheckAnswer } from './precheck';
import { NEVER, type TargetState } from './target-state';

/** A device that could not now is asked again after so long. */
const AGAIN_MS = 600_000;

/** Pure: what becomes of a target whose device has answered. */
export function prechecked(target: TargetState, verdict: Precheck, now: Date): TargetState {
  const anew = { ...target, step: 0, commandId: null, offeredAt: null, finishedAt: null };
  switch (verdict.kind) {
    case 'ok':
      return { ...anew, phase: 'apply', state: 'pending', cause: null, message: null, attempt: 0, notBefore: now };
    case 'later': {
      const notBefore = new Date(now.getTime() + AGAIN_MS);
      return {
        ...anew,
        state: 'waiting',
        cause: 'precheck',
        message: `${verdict.cause}: ${verdict.message}`,
        notBefore,
      };
    }
    case 'never':
      return {
        ...{ ...target, state: 'skipped', cause: `precheck:${verdict.cause}`, message: verdict.message },
        ...{ finishedAt: now, notBefore: NEVER },
      };
  }
}

/** What those devices answered in phase precheck, newest answer to each question. A silent one could not now. */
export async function precheckVerdicts(
  tx: Transaction,
  rolloutId: string,
  deviceIds: readonly string[],
): Promise<Map<string, Precheck>> {
  if (deviceIds.length === 0) return new Map();
  const rows = await bulkRows<{ deviceId: string; answers: (PrecheckAnswer & { readonly status: string })[] }>(
    tx,
    `SELECT device_id AS "deviceId", jsonb_agg(jsonb_build_object(
              'kind', CASE status WHEN 'succeeded' THEN 'read' ELSE 'refused' END, 'status', status, 'operation', operation,
              'result', result, 'snapdKind', snapd_kind, 'message', coalesce(message, status)) ORDER BY step) AS answers
       FROM (SELECT DISTINCT ON (device_id, step) * FROM commands
              WHERE device_id = ANY ($1::uuid[]) AND rollout_id = $2::uuid AND phase = 'precheck'
              ORDER BY device_id, step, attempt DESC) AS newest
      GROUP BY device_id`,
    [bulkIds(deviceIds), rolloutId],
  );
  return new Map(rows.map(({ deviceId, answers }) => [deviceId, precheck(answers)]));
}
