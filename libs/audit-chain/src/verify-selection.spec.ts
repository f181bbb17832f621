import { findingText } from './findings';
import { aSigner, bytesOf, checkpointsOf, each, entries, sealed } from './testing/log';
import { verifySelection } from './verify-selection';

const signer = aSigner();
const LOG = entries(40);
const CHECKPOINTS = checkpointsOf(LOG, [10, 15, 10], signer);
const SOME = sealed(LOG).filter((_, n) => n % 4 === 0);

const verify = (lines: readonly string[]) => verifySelection(bytesOf(lines), each(CHECKPOINTS));

describe('verifySelection', () => {
  it('proves each entry that is there and that a checkpoint knows', async () => {
    expect(await verify(SOME)).toEqual({ entries: 10, proven: 9, findings: [], knownTo: 35, keys: [signer.publicKey] });
  });

  it.each([
    [
      'edited',
      SOME.map((line, n) => (n === 3 ? line.replace('"ada"', '"eve"') : line)),
      'entry 35 (rollout.approve by eve',
    ],
    [
      'put at the place of another',
      SOME.map((line, n) => (n === 3 ? String(SOME[2]).replace(/\d+/, '13') : line)),
      'entry 27 (rollout.approve by ada',
    ],
    ['out of order', [...SOME.slice(1, 3), ...SOME.slice(0, 1)], 'entry 11 (rollout.approve by ada'],
    [
      'removed while its seal is there',
      SOME.map((line, n) => (n === 3 ? line.replace(/"entry":.*/, '"entry":null}') : line)),
      'entry 35 at position 13 was removed',
    ],
    ['no line of an export', ['x', ...SOME], 'the line after position 0'],
  ])('finds one that is %s', async (_, lines, text) => {
    const { findings } = await verify(lines);
    expect(findings.map(findingText)).toEqual([expect.stringContaining(text)]);
  });

  it('finds a checkpoint that contradicts another', async () => {
    const fork = checkpointsOf([...LOG.slice(1, 11), ...LOG.slice(0, 1)], [11], signer);
    const { findings } = await verifySelection(bytesOf(SOME), each([...CHECKPOINTS, ...fork]));
    expect(findings).toMatchObject([{ kind: 'checkpoint', position: 1 }]);
  });
});
