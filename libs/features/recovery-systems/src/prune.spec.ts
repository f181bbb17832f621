import fc from 'fast-check';
import { prune, type KeptSystem, type Making } from './prune';

const now = new Date(Date.UTC(2026, 10, 27));
const day = (n: number): Date => new Date(Date.UTC(2026, 9, n));

/** `o1!*` is ours, made on day 1, the default (`!`), current (`@`), tested (`*`); `f` is somebody else's. */
function systemsOf(text: string): KeptSystem[] {
  return text.split(' ').map((word) => {
    const [, kind = '', number = '0', flags = ''] = /^([a-z])(\d*)(.*)$/.exec(word) ?? [];
    return {
      label: `${kind}${number}`,
      ours: kind === 'o',
      default: flags.includes('!'),
      current: flags.includes('@'),
      tested: flags.includes('*'),
      madeAt: kind === 'o' ? day(Number(number)) : null,
    };
  });
}

describe('pruning', () => {
  it.each<[string, string, number, Partial<Making>, string[], string[]]>([
    ['keeps as many as asked for', 'f@! o1* o2*', 3, { test: true }, [], []],
    ['removes the oldest first', 'f@! o1* o2* o3*', 2, { test: true }, ['o1', 'o2'], []],
    ['never the default', 'f@ o1*! o2*', 1, { test: true }, ['o2'], ['o1: it is the default one']],
    [
      'the default of before, once the new one is it',
      'f@ o1*! o2*',
      1,
      { test: true, markDefault: true },
      ['o1', 'o2'],
      [],
    ],
    ['never the current', 'o1@*! o2*', 1, { test: true, markDefault: true }, ['o2'], ['o1: it is the current one']],
    ['never the only tested one', 'f@! o1* o2', 1, {}, ['o2'], ['o1: it is the only tested one']],
    ['never the last of the tested ones', 'f@! o1* o2* o3', 1, {}, ['o1', 'o3'], ['o2: it is the only tested one']],
    ['nothing of anybody else', 'f@! p s u', 1, { test: true }, [], []],
    ['keeps the new one at least', 'f@! o1*', 0, { test: true }, ['o1'], []],
  ])('%s', (_what, systems, keep, making, remove, stay) => {
    const made = { label: 'o31', test: false, markDefault: false, ...making };
    const pruning = prune(systemsOf(systems), keep, made, now);
    expect(pruning.remove).toEqual(remove);
    expect(pruning.stay.map(({ label, why }) => `${label}: ${why}`)).toEqual(stay);
  });

  it('leaves a device with what it had: current, default, a tested one, and all that is not ours', () => {
    const system = fc.record({ ours: fc.boolean(), tested: fc.boolean(), day: fc.integer({ min: 1, max: 5 }) });
    const device = fc.record({
      systems: fc.array(system, { minLength: 1, maxLength: 8 }),
      current: fc.nat(7),
      default: fc.option(fc.nat(7)),
      making: fc.record({ test: fc.boolean(), markDefault: fc.boolean() }),
      keep: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(device, (of) => {
        const systems = of.systems.map(({ ours, tested, day: made }, at) => ({
          label: `l${at}`,
          ...{ ours, tested, current: at === of.current, default: at === of.default },
          madeAt: ours ? day(made) : null,
        }));
        const { remove } = prune(systems, of.keep, { label: 'new', ...of.making }, now);
        const gone = new Set(remove);
        const left = [...systems.filter(({ label }) => !gone.has(label)), { tested: of.making.test }];
        expect(systems.filter(({ label, ...it }) => gone.has(label) && (it.current || !it.ours))).toEqual([]);
        if (!of.making.markDefault) expect(systems.filter((it) => gone.has(it.label) && it.default)).toEqual([]);
        if (systems.some(({ tested }) => tested)) expect(left.some(({ tested }) => tested)).toBe(true);
        expect(left.length).toBeGreaterThan(0);
      }),
    );
  });
});
