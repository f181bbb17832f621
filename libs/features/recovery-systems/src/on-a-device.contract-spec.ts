import { findOperation, type OperationContext, type PreparedOperation } from '@corefleet/operations';
import {
  SnapdAnswerTooLargeError,
  SnapdClient,
  SnapdTimeoutError,
  SnapdUnreachableError,
  type Change,
} from '@corefleet/snapd-client';
import { SimulatedSnapd, SimulatedStore, VirtualClock } from '@corefleet/snapd-simulator';
import fc from 'fast-check';
import { prune, type KeptSystem } from './prune';

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

/** What happens to a device: a run of the policy, maybe with a bad test boot, or a person at its side. */
type Event =
  | {
      readonly kind: 'run';
      readonly test: boolean;
      readonly markDefault: boolean;
      readonly boots: boolean;
      readonly keep: number;
    }
  | { readonly kind: 'make-by-hand' }
  | { readonly kind: 'remove-by-hand'; readonly which: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      test: fc.boolean(),
      markDefault: fc.boolean(),
      boots: fc.boolean(),
      keep: fc.integer({ min: 1, max: 3 }),
    }),
  },
  fc.record({ kind: fc.constant('make-by-hand' as const) }),
  fc.record({ kind: fc.constant('remove-by-hand' as const), which: fc.nat(9) }),
);

/** A simulated device with what the server knows of its systems. */
class Box {
  readonly clock = new VirtualClock();
  readonly snapd: SimulatedSnapd;
  readonly client: SnapdClient;
  /** Ours, by label: whether it was tested, and when it was made. */
  readonly ours = new Map<string, { tested: boolean; madeAt: Date }>();
  private made = 0;

  constructor() {
    const store = new SimulatedStore();
    for (const [name, type] of [
      ['core24', 'base'],
      ['snapd', 'snapd'],
    ] as const)
      store.addSnap({ name, type, revisions: [{ revision: 1 }], channels: { stable: 1 } });
    const snaps = [{ name: 'core24' }, { name: 'snapd' }];
    this.snapd = new SimulatedSnapd({ store, clock: this.clock, model: MODEL, snaps });
    const errors = {
      unreachable: (...of: ConstructorParameters<typeof SnapdUnreachableError>) => new SnapdUnreachableError(...of),
      timeout: (...of: ConstructorParameters<typeof SnapdTimeoutError>) => new SnapdTimeoutError(...of),
      tooLarge: (...of: ConstructorParameters<typeof SnapdAnswerTooLargeError>) => new SnapdAnswerTooLargeError(...of),
    };
    this.client = new SnapdClient(this.snapd.transport({ errors }));
  }

  async systems(): Promise<KeptSystem[]> {
    return (await this.client.systems.list()).map((system) => ({
      label: system.label,
      ours: this.ours.has(system.label),
      tested: this.ours.get(system.label)?.tested ?? false,
      current: system.current ?? false,
      default: system['default-recovery-system'] ?? false,
      madeAt: this.ours.get(system.label)?.madeAt ?? null,
    }));
  }

  /** Runs an operation as a rollout's step. @returns whether the device shows afterwards what was asked for */
  async step(name: string, parameters: object): Promise<boolean> {
    const operation = prepared(name, parameters);
    const before = await operation.observe(this.client, this.context);
    const started = await operation.start(this.client, this.context);
    await this.clock.advance(1000);
    if (started.kind !== 'change') throw new Error(`${name} made no change`);
    const change: Change = await this.client.changes.get(started.changeId);
    if (change.status !== 'Done') return false;
    return (await operation.verify(this.client, { started, before, change }, this.context)).kind === 'verified';
  }

  async happen(event: Event): Promise<void> {
    this.made += 1;
    if (event.kind === 'make-by-hand') await this.step('create-recovery-system', { label: `hand-${this.made}` });
    else if (event.kind === 'remove-by-hand') {
      const systems = await this.systems();
      await this.step('remove-recovery-system', { label: systems[event.which % systems.length]?.label });
    } else await this.runPolicy(event);
  }

  /** What a rollout does on it: create, then prune; it ends at the first step that fails. */
  private async runPolicy({ test, markDefault, boots, keep }: Event & { kind: 'run' }): Promise<void> {
    const label = `fleet-${this.made}`;
    const madeAt = new Date(Number(this.clock.nowNs() / 1_000_000n));
    const { remove } = prune(await this.systems(), keep, { label, test, markDefault }, madeAt);
    if (test && !boots) this.snapd.failNextBoot();
    const parameters = { label, 'test-system': test, 'mark-default': markDefault };
    if (!(await this.step('create-recovery-system', parameters))) return;
    this.ours.set(label, { tested: test, madeAt });
    for (const old of remove)
      expect([old, await this.step('remove-recovery-system', { label: old })]).toEqual([old, true]);
  }

  private readonly context: OperationContext = {
    readBootId: () => Promise.resolve(this.snapd.bootId()),
    fetchArtifact: ({ name }) => Promise.reject(new Error(`cannot fetch "${name}": there are no files here`)),
    storeArtifact: (name) => Promise.reject(new Error(`cannot store "${name}": there are no files here`)),
  };
}

function prepared(name: string, parameters: object): PreparedOperation {
  const preparation = findOperation(name)?.prepare(parameters);
  if (preparation?.kind !== 'prepared') throw new Error(`${name}: ${JSON.stringify(preparation)}`);
  return preparation.operation;
}

describe('on a device, what pruning asks for', () => {
  it('is never refused, and never leaves it without a tested system, its default, its current or what others made', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 10 }), async (events) => {
        const box = new Box();
        for (const each of events) {
          const before = await box.systems();
          await box.happen(each);
          const after = await box.systems();
          if (each.kind === 'remove-by-hand') continue;
          const mine = new Set(before.map(({ label }) => label));
          const left = new Set(after.map(({ label }) => label));
          expect(before.filter(({ label, ours }) => !ours && !left.has(label))).toEqual([]);
          if (before.some(({ tested }) => tested)) expect(after.some(({ tested }) => tested)).toBe(true);
          expect([after.filter((it) => it.default).length, after.filter((it) => it.current).length]).toEqual([1, 1]);
          // Above what is kept: the default, and the only tested one.
          const ours = after.filter((it) => it.ours);
          if (each.kind === 'run' && ours.some(({ label }) => !mine.has(label)))
            expect(ours.length).toBeLessThanOrEqual(each.keep + 2);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is nothing after a creation whose test boot failed', async () => {
    const box = new Box();
    await box.happen({ kind: 'run', test: true, markDefault: false, boots: true, keep: 1 });
    await box.happen({ kind: 'run', test: true, markDefault: false, boots: false, keep: 1 });
    expect((await box.systems()).map(({ label }) => label)).toEqual(['factory', 'fleet-1']);
    await box.happen({ kind: 'run', test: true, markDefault: false, boots: true, keep: 1 });
    expect((await box.systems()).map(({ label }) => label)).toEqual(['factory', 'fleet-3']);
  });
});
