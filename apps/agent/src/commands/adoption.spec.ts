import { aChange } from '../testing/tables';
import { decideAdoption } from './adoption';

const fate = {
  highestChangeId: '9',
  changes: [],
  isClaimed: (): boolean => false,
  matches: ({ kind }: { kind: string }) => kind === 'refresh-snap',
  idempotent: false,
};
const [older, newer, newest] = ['9', '10', '11'].map((id) => aChange({ id })) as [never, never, never];

describe('a request of unknown fate', () => {
  it.each([
    ['adopts the only newer change like it', { changes: [older, newer] }, { kind: 'adopt', changeId: '10' }],
    ['does not adopt a change that was there before', { changes: [older] }, { kind: 'unknown' }],
    [
      'does not adopt one of another kind',
      { changes: [aChange({ id: '10', kind: 'hold-snap' })] },
      { kind: 'unknown' },
    ],
    ['does not choose between two', { changes: [newer, newest] }, { kind: 'unknown' }],
    [
      'does not choose between two even where it could send again',
      { changes: [newer, newest], idempotent: true },
      { kind: 'unknown' },
    ],
    [
      'leaves out what belongs to another command',
      { changes: [newer, newest], isClaimed: ({ id }: { id: string }) => id === '11' },
      { kind: 'adopt', changeId: '10' },
    ],
    [
      'is sent again where that is harmless and nothing shows it',
      { changes: [older], idempotent: true },
      { kind: 'send-again' },
    ],
  ])('%s', (_what, differs, decision) => {
    expect(decideAdoption({ ...fate, ...differs })).toMatchObject(decision);
  });
});
