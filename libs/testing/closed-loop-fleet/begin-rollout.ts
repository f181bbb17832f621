import { CreateRolloutRequest } from '@corefleet/contracts/http';
import { RolloutsService, type Orderer, type RolloutView } from '@corefleet/features/rollouts';
import type { z } from 'zod';
import type { ClosedLoop } from './start-closed-loop';

/** Who asks for the rollouts of stories. */
export const ANN: Orderer = {
  actor: { kind: 'person', id: 'ann', name: 'ann' },
  personId: 'ann',
  personName: 'ann',
  mayReadSensitive: false,
};

/** Makes a rollout as `POST /v1/rollouts` does. */
export function beginRollout(
  { server }: Pick<ClosedLoop, 'server'>,
  asked: z.input<typeof CreateRolloutRequest>,
): Promise<RolloutView> {
  return server.service(RolloutsService).create(ANN, CreateRolloutRequest.parse(asked));
}
