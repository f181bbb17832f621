import type { RecordedRequest } from '@corefleet/testing/snapd-lab';
import type { RoadDevice } from './road-device';

/** An order that a kill test gives again and again, each time to another end. */
export interface Order {
  readonly operation: string;
  /** As the catalogue says: whether it may be sent twice. */
  readonly idempotent: boolean;
  /** Kind of snapd's change. */
  readonly changeKind: string;
  parameters(turn: number): object;
  /** Whether the request is the one of that turn. */
  isRequest(request: RecordedRequest, turn: number): boolean;
  /** Whether the device shows what the turn asked for. */
  isDone(device: RoadDevice, turn: number): Promise<boolean>;
}

export const createSystem: Order = {
  operation: 'create-recovery-system',
  idempotent: false,
  changeKind: 'create-recovery-system',
  parameters: (turn) => ({ label: `turn-${turn}` }),
  isRequest: ({ method, path, body }, turn) =>
    method === 'POST' && path.startsWith('/v2/systems') && body.includes(`"turn-${turn}"`),
  isDone: async (device, turn) => {
    const { systems } = await device.read<{ systems: { label: string }[] }>('/v2/systems');
    return systems.some(({ label }) => label === `turn-${turn}`);
  },
};

export const setConfiguration: Order = {
  operation: 'set-configuration',
  idempotent: true,
  changeKind: 'configure-snap',
  parameters: (turn) => ({ snap: 'acme-app', values: { turn } }),
  isRequest: ({ method, path, body }, turn) =>
    method === 'PUT' && path.startsWith('/v2/snaps/acme-app/conf') && body.includes(`"turn":${turn}}`),
  isDone: async (device, turn) => (await device.read<{ turn?: number }>('/v2/snaps/acme-app/conf')).turn === turn,
};
