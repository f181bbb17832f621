import { findOperation, type OperationContext, type PreparedOperation } from '@corefleet/operations';
import {
  SnapdAnswerTooLargeError,
  SnapdClient,
  SnapdTimeoutError,
  SnapdUnreachableError,
} from '@corefleet/snapd-client';
import { SimulatedSnapd, SimulatedStore, VirtualClock, type SimulatedSnapdOptions } from '@corefleet/snapd-simulator';

const KEY = 't5HuSAQgr38hhy96TMUsFLYKqRy05WDsnlP4j0IRlULRqpSGTojjWfpFlUvR-Nf7';

/** A model of brand acme. @param headers lines of further headers */
export const aModel = (headers = ''): string => `type: model
authority-id: acme
series: 16
brand-id: acme
model: box
architecture: amd64
base: core24
grade: signed
${headers}timestamp: 2024-01-01T00:00:00Z
sign-key-sha3-384: ${KEY}

AcLBcwQAAQoAHRYhBJ==
`;

/** A simulated device on virtual time, on which operations run as steps of a rollout do. */
export class SimulatedBox {
  readonly clock = new VirtualClock();
  readonly snapd: SimulatedSnapd;
  readonly client: SnapdClient;

  constructor(options: Partial<SimulatedSnapdOptions> = {}) {
    const store = options.store ?? aBoxStore();
    const snaps = [{ name: 'core24' }, { name: 'snapd' }];
    this.snapd = new SimulatedSnapd({ clock: this.clock, model: aModel(), snaps, ...options, store });
    const errors = {
      unreachable: (...of: ConstructorParameters<typeof SnapdUnreachableError>) => new SnapdUnreachableError(...of),
      timeout: (...of: ConstructorParameters<typeof SnapdTimeoutError>) => new SnapdTimeoutError(...of),
      tooLarge: (...of: ConstructorParameters<typeof SnapdAnswerTooLargeError>) => new SnapdAnswerTooLargeError(...of),
    };
    this.client = new SnapdClient(this.snapd.transport({ errors }));
  }

  now(): Date {
    return new Date(Number(this.clock.nowNs() / 1_000_000n));
  }

  /**
   * Runs an operation to its end.
   * @returns whether the device shows afterwards what was asked for
   * @throws snapd's refusal
   */
  async step(name: string, parameters: object): Promise<boolean> {
    const operation = prepared(name, parameters);
    const before = await operation.observe(this.client, this.context);
    const started = await operation.start(this.client, this.context);
    await this.clock.advance(1000);
    if (started.kind !== 'change') throw new Error(`${name} made no change`);
    const change = await this.client.changes.get(started.changeId);
    if (change.status !== 'Done') return false;
    return (await operation.verify(this.client, { started, before, change }, this.context)).kind === 'verified';
  }

  private readonly context: OperationContext = {
    readBootId: () => Promise.resolve(this.snapd.bootId()),
    fetchArtifact: ({ name }) => Promise.reject(new Error(`cannot fetch "${name}": there are no files here`)),
    storeArtifact: (name) => Promise.reject(new Error(`cannot store "${name}": there are no files here`)),
  };
}

/** A store with what a box has. */
export function aBoxStore(): SimulatedStore {
  const store = new SimulatedStore();
  const revisions = [{ revision: 1 }, { revision: 2 }];
  store.addSnap({ name: 'core24', type: 'base', revisions, channels: { stable: 1 } });
  store.addSnap({ name: 'snapd', type: 'snapd', revisions, channels: { stable: 1 } });
  return store;
}

function prepared(name: string, parameters: object): PreparedOperation {
  const preparation = findOperation(name)?.prepare(parameters);
  if (preparation?.kind !== 'prepared') throw new Error(`${name}: ${JSON.stringify(preparation)}`);
  return preparation.operation;
}
