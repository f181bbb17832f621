import { createHash } from 'node:crypto';
import type { FactName } from '@corefleet/contracts/device-protocol';
import {
  SnapdAnswerTooLargeError,
  SnapdClient,
  SnapdTimeoutError,
  SnapdUnreachableError,
  type Change,
} from '@corefleet/snapd-client';
import { realClock, SimulatedSnapd, SimulatedStore, type SimulatedSnapdOptions } from '@corefleet/snapd-simulator';
import {
  findOperation,
  type ArtifactReference,
  type Done,
  type OperationContext,
  type PreparedOperation,
  type UndoStep,
  type Verdict,
} from '../index';

const MODEL = `type: model
authority-id: acme
series: 16
brand-id: acme
model: box
architecture: amd64
base: core24
grade: signed
timestamp: 2024-01-01T00:00:00Z
sign-key-sha3-384: t5HuSAQgr38hhy96TMUsFLYKqRy05WDsnlP4j0IRlULRqpSGTojjWfpFlUvR-Nf7

AcLBcwQAAQoAHRYhBJ==
`;

const SERIAL = `type: serial
authority-id: acme
brand-id: acme
model: box
serial: 0001
device-key:
    AcbBTQRWhcGAARAA
timestamp: 2024-01-02T00:00:00Z
sign-key-sha3-384: t5HuSAQgr38hhy96TMUsFLYKqRy05WDsnlP4j0IRlULRqpSGTojjWfpFlUvR-Nf7

AcLBcwQAAQoAHRYhBK==
`;

/** A store with `hello` (a service, a plug, revisions 1 to 3), `other` and `fresh`, and sets that ask for them. */
function aStore(): SimulatedStore {
  const store = new SimulatedStore();
  const revisions = [{ revision: 1 }, { revision: 2 }];
  store.addSnap({ name: 'core24', type: 'base', revisions, channels: { stable: 1 } });
  store.addSnap({ name: 'snapd', type: 'snapd', revisions, channels: { stable: 1 }, slots: { camera: 'camera' } });
  store.addSnap({
    name: 'hello',
    base: 'core24',
    services: [{ name: 'daemon' }],
    plugs: { camera: 'camera' },
    revisions: [...revisions, { revision: 3 }],
    channels: { stable: 1, edge: 3 },
  });
  store.addSnap({ name: 'other', base: 'core24', revisions, channels: { stable: 1 } });
  store.addSnap({ name: 'fresh', base: 'core24', revisions, channels: { stable: 2 } });
  store.addValidationSet({ accountId: 'acme', name: 'base', sequence: 1, snaps: [{ name: 'hello' }] });
  store.addValidationSet({
    accountId: 'acme',
    name: 'pinned',
    sequence: 1,
    snaps: [{ name: 'hello', presence: 'required', revision: 2 }],
  });
  store.addValidationSet({
    accountId: 'acme',
    name: 'pinned',
    sequence: 2,
    snaps: [{ name: 'hello', presence: 'required', revision: 3 }, { name: 'fresh' }],
  });
  return store;
}

/** How one operation went. */
export interface Run {
  readonly operation: PreparedOperation;
  readonly change: Change | undefined;
  readonly verdict: Verdict;
  /** What takes it back. */
  readonly undo: readonly UndoStep[];
}

/** A simulated device on which operations run as the agent runs them, without its journal and its link. */
export class TestDevice {
  readonly snapd: SimulatedSnapd;
  readonly client: SnapdClient;
  /** What was stored in the server, and what is there to fetch. */
  readonly files = new Map<string, Buffer>();

  constructor(options: Partial<SimulatedSnapdOptions> = {}) {
    this.snapd = new SimulatedSnapd({
      store: aStore(),
      clock: realClock,
      model: MODEL,
      serial: SERIAL,
      snaps: [{ name: 'snapd' }, { name: 'core24' }, { name: 'hello' }, { name: 'other' }],
      ...options,
    });
    this.client = new SnapdClient(
      this.snapd.transport({
        errors: {
          unreachable: (request, reason, mayHave) => new SnapdUnreachableError(request, reason, mayHave),
          timeout: (request, timeoutMs, mayHave) => new SnapdTimeoutError(request, timeoutMs, mayHave),
          tooLarge: (request, maxBytes) => new SnapdAnswerTooLargeError(request, maxBytes),
        },
      }),
    );
  }

  readonly context: OperationContext = {
    readBootId: () => Promise.resolve(this.snapd.bootId()),
    fetchArtifact: ({ sha256, name }) => {
      const content = this.files.get(sha256);
      if (!content) return Promise.reject(new Error(`cannot fetch "${name}": it is not there`));
      return Promise.resolve({ sizeBytes: content.length, open: () => piecesOf(content) });
    },
    storeArtifact: async (name, content) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of content) pieces.push(piece);
      return this.upload(name, Buffer.concat(pieces));
    },
  };

  /** Puts a file into the server, as a person would. */
  upload(name: string, content: Buffer): ArtifactReference {
    const sha256 = createHash('sha256').update(content).digest('hex');
    this.files.set(sha256, content);
    return { sha256, size: content.length, name };
  }

  /** Runs an operation to its end. Throws what snapd refuses, and what the device is not made for. */
  async run(name: string, parameters: object): Promise<Run> {
    const operation = prepared(name, parameters);
    const before: unknown = JSON.parse(JSON.stringify((await operation.observe(this.client, this.context)) ?? null));
    const started = await operation.start(this.client, this.context);
    const change = started.kind === 'change' ? await this.client.changes.get(started.changeId) : undefined;
    const outcome = { started, before, ...(change && { change }) };
    const verdict = await operation.verify(this.client, outcome, this.context);
    const done: Done = { ...outcome, result: verdict.result };
    return { operation, change, verdict, undo: operation.undo(done) };
  }

  /** What snapd says of every fact but these; nothing when any may be another. */
  async factsBut(touched: readonly FactName[] | undefined): Promise<object> {
    const { client } = this;
    const others: Record<string, unknown> = {};
    const all: [FactName, () => Promise<unknown>][] = [
      ['system-info', () => client.systemInfo.get()],
      ['snaps', () => client.snaps.list({ select: 'all' })],
      ['validation-sets', () => client.validationSets.list()],
      ['systems', () => client.systems.list()],
      ['model', () => client.model.json()],
      ['connections', () => client.connections.list({ select: 'all' })],
      ['services', () => client.apps.list({ select: 'service' })],
      ['warnings', () => client.warnings.list({ select: 'all' })],
    ];
    for (const [name, read] of all) if (touched && !touched.includes(name)) others[name] = await read();
    return others;
  }

  /** All that these operations could change, as it is shown. */
  async state(): Promise<object> {
    const { client } = this;
    const snaps = await client.snaps.list();
    return {
      snaps: snaps.map(({ name, revision, status, hold, ...rest }) => [
        name,
        revision,
        status,
        hold?.slice(0, 4),
        rest['tracking-channel'],
      ]),
      aliases: await client.aliases.list(),
      connections: (await client.connections.list()).established,
      services: (await client.apps.list({ select: 'service' })).map(({ name, active, enabled }) => [
        name,
        active,
        enabled,
      ]),
      conf: await client.conf.get('hello'),
      system: await client.conf.get('system'),
      quotas: (await client.quotas.list()).map((group) => group['group-name']),
      snapshots: (await client.snapshots.list()).map(({ id }) => id),
      sets: await client.validationSets.list(),
      systems: await client.systems.list(),
    };
  }
}

async function* piecesOf(content: Buffer): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(content);
}

/** The operation bound to parameters that must fit. */
export function prepared(name: string, parameters: object): PreparedOperation {
  const preparation = findOperation(name)?.prepare(parameters);
  if (preparation?.kind !== 'prepared') throw new Error(`${name}: ${JSON.stringify(preparation)}`);
  return preparation.operation;
}
