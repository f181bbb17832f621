import { findOperation } from '@corefleet/operations';
import { precheck, precheckSteps, type PrecheckAnswer } from './precheck';

const changes = (...result: object[]): PrecheckAnswer => ({ kind: 'read', operation: 'read-changes', result });
const set: PrecheckAnswer = { kind: 'read', operation: 'read-validation-set', result: { valid: false, sequence: 3 } };
const refused = (snapdKind?: string): PrecheckAnswer => ({
  ...{ kind: 'refused', operation: 'read-validation-set', snapdKind, message: 'Get "https://…": timeout' },
});

describe('asking a device before it is given anything', () => {
  it('asks by reads that the catalogue has', () => {
    const wish = { set: 'acme/base', sequence: 3, mode: 'enforce' as const };
    const validationSet = { ...wish, allowRemovals: false, saveSnapshots: true, followLatest: false };
    const operations = precheckSteps({ validationSet }).map(({ operation, parameters }) => {
      expect(findOperation(operation)?.prepare(parameters)).toMatchObject({ kind: 'prepared' });
      return findOperation(operation)?.risk;
    });
    expect(operations).toEqual(['read', 'read']);
    expect(precheckSteps({ steps: [{ operation: 'reboot', parameters: {} }] })).toHaveLength(1);
  });

  it.each<[string, PrecheckAnswer[], object]>([
    ['nothing is in the way', [changes(), set], { kind: 'ok' }],
    [
      'a change is in progress',
      [changes({ kind: 'refresh-snap', status: 'Doing' }), set],
      { kind: 'later', cause: 'busy' },
    ],
    [
      'a change waits',
      [changes({ kind: 'a' }, { kind: 'b', status: 'Wait' }), set],
      { kind: 'later', cause: 'restart-pending' },
    ],
    ['a change never is in the way', [changes({ kind: 'pre-download', status: 'Doing' }), set], { kind: 'ok' }],
    ['a change is over', [changes({ kind: 'refresh-snap', status: 'Done', ready: true }), set], { kind: 'ok' }],
    [
      'the store has no such set',
      [changes({ kind: 'x' }), refused('validation-set-not-found')],
      { kind: 'never', cause: 'set-not-in-store' },
    ],
    ['the store is away', [changes(), refused()], { kind: 'later', cause: 'store-unreachable' }],
    [
      'snapd says no sense',
      [{ kind: 'read', operation: 'read-changes', result: null }, set],
      { kind: 'later', cause: 'busy' },
    ],
  ])('where %s', (_what, answers, judged) => expect(precheck(answers)).toMatchObject(judged));
});
