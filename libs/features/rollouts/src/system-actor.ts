import type { Actor } from '@corefleet/features/audit';

/** Who moves rollouts on by themselves. */
export const SYSTEM: Actor = { kind: 'system', id: 'rollouts', name: 'rollouts' };
