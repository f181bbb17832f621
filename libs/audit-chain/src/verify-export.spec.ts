import fc from 'fast-check';
import { entryText } from './entry-text';
import { findingText } from './findings';
import { aRow, aSigner, bytesOf, checkpointsOf, each, entries, sealed } from './testing/log';
import type { Verdict } from './verdict';
import { verifyExport } from './verify-export';

const signer = aSigner();
const SIZES = [10, 1, 5, 14, 10];
const LOG = entries(40);
const CHECKPOINTS = checkpointsOf(LOG, SIZES, signer);

const verify = (
  lines: readonly string[],
  checkpoints: readonly string[] = CHECKPOINTS,
  key?: string,
): Promise<Verdict> => verifyExport(bytesOf(lines), each(checkpoints), { key });
const said = ({ findings }: Verdict): string[] => findings.map(findingText);

/** Entry at a position (from 1) of LOG, edited. */
const edited = (position: number): string => entryText(aRow((position - 1) * 2 + 11, { actorName: 'eve' }), []);
const replaced = (position: number, by: string[]): string[] => [
  ...LOG.slice(0, position - 1),
  ...by,
  ...LOG.slice(position),
];
const idAt = (position: number): number => (position - 1) * 2 + 11;

describe('verifyExport', () => {
  it('proves what kept checkpoints know', async () => {
    const verdict = await verify(sealed(LOG));
    expect(verdict).toEqual({ entries: 40, proven: 40, findings: [], knownTo: 40, keys: [signer.publicKey] });
  });

  it('says how much is newer than the last checkpoint', async () => {
    const longer = [...LOG, ...entries(43).slice(40)];
    expect(await verify(sealed(longer))).toMatchObject({ entries: 43, proven: 40, knownTo: 40, findings: [] });
  });

  it('proves what lies before and between the checkpoints by the chain', async () => {
    const some = [CHECKPOINTS[2]!, CHECKPOINTS[4]!];
    expect(await verify(sealed(LOG), some)).toMatchObject({ entries: 40, proven: 40, findings: [] });
  });

  it('proves nothing without a checkpoint', async () => {
    expect(await verify(sealed(LOG), [])).toMatchObject({ entries: 40, proven: 0, knownTo: 0, findings: [] });
  });

  it.each([
    [
      'an entry edited',
      sealed(LOG).map((line, n) => (n === 19 ? line.replace('"ada"', '"eve"') : line)),
      [
        `entry ${idAt(20)} (rollout.approve by eve at 2026-05-03T12:00:00.123456Z) was edited: it is not what was sealed at position 20`,
      ],
    ],
    [
      'an entry edited and everything sealed again',
      sealed(replaced(20, [edited(20)])),
      [
        `entry ${idAt(20)} (rollout.approve by eve at 2026-05-03T12:00:00.123456Z) was edited: it is not what was sealed at position 20`,
      ],
    ],
    ['an entry removed', sealed(LOG).filter((_, n) => n !== 19), [`entry ${idAt(20)} at position 20 was removed`]],
    [
      'an entry removed and everything sealed again',
      sealed(replaced(20, [])),
      [`entry ${idAt(20)} at position 20 was removed`],
    ],
    [
      'an entry removed, its seal left',
      sealed(LOG).map((line, n) => (n === 19 ? line.replace(/"entry":.*/, '"entry":null}') : line)),
      [`entry ${idAt(20)} at position 20 was removed`],
    ],
    [
      'several removed',
      sealed([...LOG.slice(0, 9), ...LOG.slice(18)]),
      [`entry ${idAt(10)} at position 10 and what follows up to entry ${idAt(18)} at position 18 were removed`],
    ],
    [
      'an entry added',
      sealed(replaced(20, [LOG[19]!, entryText(aRow(5000), [])])),
      [
        'entry 5000 (rollout.approve by ada at 2026-05-03T12:00:00.123456Z) was added: no checkpoint knows it at position 21',
      ],
    ],
    [
      'two exchanged',
      sealed([...LOG.slice(0, 14), LOG[15]!, LOG[14]!, ...LOG.slice(16)]),
      [
        `entry ${idAt(15)} (rollout.approve by ada at 2026-05-03T12:00:00.123456Z) is out of order: it was sealed at position 15`,
      ],
    ],
    [
      'one moved far',
      sealed([LOG[38]!, ...LOG.slice(0, 38), LOG[39]!]),
      [
        `entry ${idAt(39)} (rollout.approve by ada at 2026-05-03T12:00:00.123456Z) is out of order: it was sealed at position 39`,
      ],
    ],
    [
      'the end cut off',
      sealed(LOG).slice(0, 33),
      [expect.stringMatching(/^the log ends at 33, the checkpoint of 2026-\S+ knows 40: cut off$/)],
    ],
    ['everything cut off', [], [expect.stringMatching(/^the log ends at 0, .* knows 40: cut off$/)]],
    [
      'a seal edited',
      sealed(LOG).map((line, n) => (n === 19 ? line.replace(/"hash":"./, '"hash":"_') : line)),
      [expect.stringMatching(new RegExp(`^the seal of entry ${idAt(20)} .* was edited`))],
    ],
    [
      'a line that is none',
      [...sealed(LOG).slice(0, 20), 'x', ...sealed(LOG).slice(20)],
      ['the line after position 20 is none of an export'],
    ],
  ])('finds %s, and names it', async (_, lines, expected) => {
    expect(said(await verify(lines))).toEqual(expected);
  });

  it('finds each of several', async () => {
    const lines = sealed([...replaced(20, [edited(20)]).filter((_, n) => n !== 4), entryText(aRow(5001), [])]).slice(
      0,
      38,
    );
    expect((await verify(lines)).findings.map(({ kind, position }) => [kind, position])).toEqual([
      ['removed', 5],
      ['edited', 20],
      ['cut-off', 38],
    ]);
  });

  it.each([
    ['edited', sealed(LOG).map((line, n) => (n === 4 ? line.replace('"ada"', '"eve"') : line)), 'edited', 5],
    ['removed', sealed(LOG).filter((_, n) => n !== 4), 'removed', 5],
    ['edited and sealed again', sealed(replaced(5, [edited(5)])), 'stretch', 1],
  ])('finds an entry %s that only later checkpoints can prove', async (_, lines, kind, position) => {
    const { findings } = await verify(lines, CHECKPOINTS.slice(2));
    expect(findings[0]).toMatchObject({ kind, position });
  });

  it('finds an entry edited that is newer than every checkpoint, but not when it was sealed again', async () => {
    const longer = [...LOG, ...entries(43).slice(40)];
    const lines = sealed(longer).map((line, n) => (n === 41 ? line.replace('"ada"', '"eve"') : line));
    expect((await verify(lines)).findings).toMatchObject([{ kind: 'edited', position: 42 }]);
  });

  it('finds any edit, removal, exchange and cut, and names the entry', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 5, maxLength: 5 });
    const acts = fc.constantFrom('edit', 'remove', 'exchange', 'cut');
    await fc.assert(
      fc.asyncProperty(
        sizes,
        acts,
        fc.boolean(),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (each, act, again, where) => {
          const count = each.reduce((sum, size) => sum + size, 0);
          const log = entries(count);
          const at = Math.floor(where * (act === 'exchange' ? count - 1 : count));
          const change = <T>(items: T[], edit: (item: T) => T): T[] => {
            const [one, two] = [items[at]!, items[at + 1]!];
            const rest = items.slice(at + 1);
            const by = { edit: [edit(one), ...rest], remove: rest, exchange: [two, one, ...rest.slice(1)], cut: [] }[
              act
            ];
            return [...items.slice(0, at), ...by];
          };
          const edit = (text: string): string => text.replace('"ada"', '"eve"');
          const lines = again ? sealed(change(log, edit)) : change(sealed(log), edit);
          const { findings } = await verify(lines, checkpointsOf(log, each, signer));
          const isEnd = act === 'cut' || (act === 'remove' && at === count - 1);
          const kind = isEnd
            ? 'cut-off'
            : { edit: 'edited', remove: 'removed', exchange: 'out-of-order', cut: '' }[act];
          expect(findings.map((finding) => finding.kind)).toEqual([kind]);
          // Of two that were exchanged, either is out of order.
          const named = act === 'exchange' ? [at + 1, at + 2] : [isEnd ? at : at + 1];
          expect(named).toContain(findings[0]?.position);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('checkpoints that cannot be believed', () => {
  const other = aSigner();

  it.each([
    [
      'edited',
      [...CHECKPOINTS.slice(0, 4), CHECKPOINTS[4]!.replace(/"at":"..../, '"at":"1999')],
      'its signature is wrong',
    ],
    [
      'edited in the middle',
      CHECKPOINTS.map((line, n) => (n === 2 ? line.replace(/"at":"..../, '"at":"1999') : line)),
      'its signature is wrong',
    ],
    ['damaged', [...CHECKPOINTS.slice(0, 4), CHECKPOINTS[4]!.slice(0, 90)], 'it is damaged'],
  ])('are found when one was %s', async (_, checkpoints, why) => {
    expect((await verify(sealed(LOG), checkpoints)).findings).toContainEqual(
      expect.objectContaining({ kind: 'checkpoint', why }),
    );
  });

  it('are found by the key, where it is known', async () => {
    const forged = checkpointsOf(replaced(20, [edited(20)]), SIZES, other);
    expect((await verify(sealed(replaced(20, [edited(20)])), forged)).findings).toEqual([]);
    const { findings } = await verify(sealed(replaced(20, [edited(20)])), forged, signer.publicKey);
    expect(findings).toMatchObject([{ kind: 'checkpoint', why: expect.stringContaining('not with') }]);
  });

  const fork = checkpointsOf(replaced(20, [edited(20)]), [7, 8, 10, 15], signer);

  it.each([
    ['written twice', [...CHECKPOINTS.slice(0, 3), ...CHECKPOINTS.slice(2)]],
    ['of an older directory, in other pieces', [...checkpointsOf(LOG, [7, 8, 10], signer), ...CHECKPOINTS]],
    ['of a newer directory, in other pieces', [...CHECKPOINTS, ...checkpointsOf(LOG, [4, 30, 2], signer)]],
  ])('are not those that are %s', async (_, checkpoints) => {
    expect(await verify(sealed(LOG), checkpoints)).toMatchObject({ proven: 40, findings: [] });
  });

  it.each([
    ['whole, behind those it contradicts', [...CHECKPOINTS, ...fork], 16],
    ['shorter than those it contradicts', [...CHECKPOINTS, ...fork.slice(0, 3)], 16],
    ['in the place of the last', [...CHECKPOINTS.slice(0, 4), fork[2]!, fork[3]!], 16],
    ['by its hash alone', [...CHECKPOINTS, ...fork.slice(3)], 26],
    ['of positions before all that are known', [...CHECKPOINTS.slice(3), ...fork.slice(0, 1)], 1],
  ])('are found when a signed fork is there, %s', async (_, checkpoints, position) => {
    const { findings } = await verify(sealed(LOG), checkpoints);
    expect(findings).toMatchObject([{ kind: 'checkpoint', position }]);
  });

  it('say where they contradict each other', async () => {
    expect(said(await verify(sealed(LOG), [...CHECKPOINTS, ...fork]))).toEqual([
      expect.stringMatching(
        /^cannot believe the checkpoint from position 16: the one of 2026-\S+ says something else of position 20$/,
      ),
    ]);
  });

  it('do not vouch for those of another key', async () => {
    const edit = CHECKPOINTS[4]!.replace(/"at":"..../, '"at":"1999');
    const more = checkpointsOf([...LOG, ...entries(43).slice(40)], [40, 3], other).slice(1);
    const { findings, keys } = await verify(sealed([...LOG, ...entries(43).slice(40)]), [
      ...CHECKPOINTS.slice(0, 4),
      edit,
      ...more,
    ]);
    expect(findings).toMatchObject([{ kind: 'checkpoint', position: 31, why: 'its signature is wrong' }]);
    expect(keys).toEqual([signer.publicKey, other.publicKey]);
  });
});
