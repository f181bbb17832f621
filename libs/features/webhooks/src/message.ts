import type { ClaimedDelivery } from './delivery-claims';

/** Version of the body's shape: it rises when a member goes or means something else. */
const VERSION = 1;

/** Where the API shows a thing of each kind. */
const PATHS: Readonly<Record<string, string>> = {
  command: '/v1/commands/',
  device: '/v1/devices/',
  rollout: '/v1/rollouts/',
  webhook: '/v1/webhooks/',
};

/**
 * Pure: the body of a message, the same in each attempt.
 * @param publicUrl where people reach the API; links are paths without
 */
export function messageBody(delivery: ClaimedDelivery, publicUrl: string): string {
  const { type, data, happenedAt, id } = delivery;
  const link = linkOf(data['subject'], publicUrl);
  return JSON.stringify({
    type,
    timestamp: happenedAt.toISOString(),
    version: VERSION,
    sequence: id,
    data: { ...data, ...(link !== undefined && { link }) },
  });
}

function linkOf(subject: unknown, publicUrl: string): string | undefined {
  const { kind, id } = subject as { kind: string; id: string };
  const path = PATHS[kind];
  return path === undefined ? undefined : `${publicUrl.replace(/\/$/, '')}${path}${id}`;
}
