import type { CommandAnswer } from '@corefleet/features/commands';
import { resultOf } from './read-outcome';

const nothing = { cause: null, message: null, snapdKind: null, snapdValue: null, snapdStatus: null, result: null };
const outcome = (answer: Partial<CommandAnswer> & { status: string }): unknown => {
  try {
    return resultOf('id', 'read-snaps', { ...nothing, ...answer });
  } catch (error) {
    return error;
  }
};

describe('the outcome of a read', () => {
  it('is what snapd said', () => {
    expect(outcome({ status: 'succeeded', result: [1] })).toEqual([1]);
  });

  it.each<[string, Partial<CommandAnswer> & { status: string }, object]>([
    [
      'a refusal of snapd',
      { status: 'failed', cause: 'snapd-refused', message: 'snap not installed', snapdStatus: 404, snapdKind: 'k' },
      { code: 'snapd-refused', message: 'snap not installed', refusal: { snapdStatus: 404, snapdKind: 'k' } },
    ],
    [
      'an answer that fits in no frame',
      { status: 'failed', cause: 'result-too-large', message: 'the result is too large to be reported: 9 bytes' },
      { code: 'answer-too-large', message: expect.stringContaining('9 bytes; ask for less') as string },
    ],
    ['a snapd that is away', { status: 'failed', cause: 'too-late', message: 'no' }, { code: 'read-timed-out' }],
    ['a device that never took it', { status: 'expired' }, { code: 'read-timed-out' }],
    ['a device that fell silent', { status: 'lost' }, { code: 'read-timed-out' }],
    [
      'the policy of the device',
      { status: 'rejected', cause: 'policy', message: 'no reads' },
      { code: 'device-refused', message: 'cannot carry out read-snaps: no reads' },
    ],
    [
      'an agent that is older than the read',
      { status: 'rejected', cause: 'unknown-operation', message: 'this agent knows no operation "read-snaps"' },
      { code: 'device-refused', message: expect.stringContaining('this agent knows no operation') as string },
    ],
    ['an error of the agent', { status: 'failed', cause: 'agent-error', message: 'x' }, { code: 'read-failed' }],
  ])('of %s is said with the command', (_, answer, error) => {
    expect(outcome(answer)).toMatchObject({ commandId: 'id', ...error });
  });
});
