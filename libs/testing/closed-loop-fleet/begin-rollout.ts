import { randomUUID } from 'node:crypto';
import { CreateRolloutRequest } from '@corefleet/contracts/http';
import { RolloutsService, type Orderer, type RolloutView } from '@corefleet/features/rollouts';
import type { z } from 'zod';
import type { ClosedLoop } from './start-closed-loop';

/** A person of a story. */
export function aPerson(personName: string): Orderer {
  const personId = randomUUID();
  return { actor: { kind: 'person', id: personId, name: personName }, personId, personName, mayReadSensitive: false };
}

/** Who asks for the rollouts of stories. */
export const ANN = aPerson('ann');

/** Makes a rollout as `POST /v1/rollouts` does. */
export function beginRollout(
  { server }: Pick<ClosedLoop, 'server'>,
  asked: z.input<typeof CreateRolloutRequest>,
): Promise<RolloutView> {
  return server.service(RolloutsService).create(ANN, CreateRolloutRequest.parse(asked));
}
