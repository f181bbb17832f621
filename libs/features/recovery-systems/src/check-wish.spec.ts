import { InvalidRequestError } from '@corefleet/platform/errors';
import { RecoverySystemWish } from '@corefleet/contracts/http';
import { checkWish } from './check-wish';

const problemsOf = (wish: object): string[] => {
  try {
    checkWish(RecoverySystemWish.parse({ label: 'fleet-{date}', ...wish }));
    return [];
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    return error.problems.map(({ field, message }) => `${field}: ${message}`);
  }
};

const file = { sha256: 'a'.repeat(64), size: 1, name: 'pc_1.snap' };

describe('a wish for a recovery system', () => {
  it.each([
    [{}],
    [{ label: '{set}-{sequence}', validationSets: ['acme/base', 'acme/apps=3'] }],
    [{ snaps: [file], assertions: [{ ...file, name: 'pc.assert' }] }],
  ])('%j is fine', (wish) => {
    expect(problemsOf(wish)).toEqual([]);
  });

  it.each<[object, string]>([
    [{ label: 'Fleet' }, 'does.recoverySystem.label: makes "Fleet"'],
    [{ label: '{sequence}' }, 'does.recoverySystem.label: names {sequence}, but no validation set is asked for'],
    [{ validationSets: ['base'] }, 'does.recoverySystem.validationSets.0: '],
    [{ validationSets: ['acme/base=0'] }, 'does.recoverySystem.validationSets.0: '],
    [
      { validationSets: ['acme/base', 'acme/base=3'] },
      'does.recoverySystem.validationSets.1: names acme/base a second',
    ],
  ])('%j is refused: %s', (wish, problem) => {
    expect(problemsOf(wish)).toEqual([expect.stringContaining(problem)]);
  });
});
