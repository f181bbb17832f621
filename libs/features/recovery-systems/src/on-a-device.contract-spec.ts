import fc from 'fast-check';
import { prune, type KeptSystem } from './prune';
import { SimulatedBox } from './testing/simulated-box';

/** What happens to a device: a run of a policy, maybe with a bad test boot, or a person at its side. */
type Event =
  PolicyRun | { readonly kind: 'make-by-hand' } | { readonly kind: 'remove-by-hand'; readonly which: number };

interface PolicyRun {
  readonly kind: 'run';
  readonly test: boolean;
  readonly markDefault: boolean;
  readonly boots: boolean;
  readonly keep: number;
}

const run: fc.Arbitrary<PolicyRun> = fc.record({
  kind: fc.constant('run' as const),
  test: fc.boolean(),
  markDefault: fc.boolean(),
  boots: fc.boolean(),
  keep: fc.integer({ min: 1, max: 3 }),
});
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: run },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('make-by-hand' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove-by-hand' as const), which: fc.nat(9) }) },
);

/** A simulated device with what the server knows of its systems. */
class KeptBox extends SimulatedBox {
  /** Ours, by label: whether it was tested, and when it was made. */
  private readonly ours = new Map<string, { tested: boolean; madeAt: Date }>();
  private made = 0;

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

  async happen(event: Event): Promise<void> {
    this.made += 1;
    if (event.kind === 'make-by-hand') await this.step('create-recovery-system', { label: `hand-${this.made}` });
    else if (event.kind === 'remove-by-hand') {
      const systems = await this.systems();
      await this.step('remove-recovery-system', { label: systems[event.which % systems.length]?.label });
    } else await this.runPolicy(event);
  }

  /** What a rollout does on it: create, then prune; it ends at the first step that fails. */
  private async runPolicy({ test, markDefault, boots, keep }: PolicyRun): Promise<void> {
    const label = `fleet-${this.made}`;
    const { remove } = prune(await this.systems(), keep, { label, test, markDefault }, this.now());
    if (test && !boots) this.snapd.failNextBoot();
    const parameters = { label, 'test-system': test, 'mark-default': markDefault };
    if (!(await this.step('create-recovery-system', parameters))) return;
    this.ours.set(label, { tested: test, madeAt: this.now() });
    for (const old of remove)
      expect([old, await this.step('remove-recovery-system', { label: old })]).toEqual([old, true]);
  }
}

const labelsOf = (systems: readonly KeptSystem[]): string[] => systems.map(({ label }) => label);

describe('on a device, what pruning asks for', () => {
  it('is never refused, and never leaves it without a tested system, its default, its current or what others made', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 10 }), async (events) => {
        const box = new KeptBox();
        for (const each of events) {
          const before = await box.systems();
          await box.happen(each);
          if (each.kind === 'remove-by-hand') continue;
          const after = await box.systems();
          expect(labelsOf(after)).toEqual(expect.arrayContaining(labelsOf(before.filter(({ ours }) => !ours))));
          if (before.some(({ tested }) => tested)) expect(after.some(({ tested }) => tested)).toBe(true);
          expect([after.filter((it) => it.default).length, after.filter((it) => it.current).length]).toEqual([1, 1]);
          const ours = after.filter((it) => it.ours);
          const made = ours.some(({ label }) => !labelsOf(before).includes(label));
          // Above what is kept: the default, and the only tested one.
          if (each.kind === 'run' && made) expect(ours.length).toBeLessThanOrEqual(each.keep + 2);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is nothing after a creation whose test boot failed', async () => {
    const box = new KeptBox();
    const of = { kind: 'run', test: true, markDefault: false, keep: 1 } as const;
    await box.happen({ ...of, boots: true });
    await box.happen({ ...of, boots: false });
    expect(labelsOf(await box.systems())).toEqual(['factory', 'fleet-1']);
    await box.happen({ ...of, boots: true });
    expect(labelsOf(await box.systems())).toEqual(['factory', 'fleet-3']);
  });
});
