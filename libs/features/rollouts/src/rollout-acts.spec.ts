import { requireAllowed, statusOfPlan, type Act } from './rollout-acts';

const STATES = [
  ...[
    'draft',
    'awaiting-approval',
    'scheduled',
    'running',
    'paused',
    'finished',
    'stopped',
    'rolling-back',
    'rolled-back',
  ],
] as const;

describe('requireAllowed', () => {
  it.each<[Act, string]>([
    ['start', 'draft'],
    ['approve', 'awaiting-approval'],
    ['reject', 'awaiting-approval scheduled'],
    ['replan', 'draft awaiting-approval scheduled'],
    ['pause', 'running'],
    ['continue', 'running paused'],
    ['skip-wave', 'running paused'],
    ['stop', 'draft awaiting-approval scheduled running paused rolling-back'],
    ['roll-back', 'running paused finished stopped'],
    ['retry-failed', 'running paused'],
    ['adjust', 'draft awaiting-approval scheduled running paused'],
  ])('%s is possible from %s alone', (act, from) => {
    const allowed = STATES.filter((status) => {
      try {
        requireAllowed(act, 'r1', status);
        return true;
      } catch (error) {
        expect(error).toMatchObject({
          code: 'conflict',
          message: expect.stringContaining(`cannot ${act} rollout "r1": it is ${status}, not `),
        });
        return false;
      }
    });
    expect(allowed).toEqual(from.split(' '));
  });
});

describe('statusOfPlan', () => {
  const now = new Date('2026-11-27T12:00:00.000Z');
  const [soon, before] = [new Date(now.getTime() + 1), new Date(now.getTime() - 1)];
  it.each([
    [{ draft: true, approvalsMissing: 2, startAt: soon }, 'draft', 'waits for somebody to start it'],
    [
      { draft: false, approvalsMissing: 2, startAt: soon },
      'awaiting-approval',
      'waits for 2 people to approve its plan',
    ],
    [
      { draft: false, approvalsMissing: 1, startAt: null },
      'awaiting-approval',
      'waits for one person to approve its plan',
    ],
    [{ draft: false, approvalsMissing: 0, startAt: soon }, 'scheduled', 'starts at 2026-11-27T12:00:00.001Z'],
    [{ draft: false, approvalsMissing: 0, startAt: before }, 'running', null],
    [{ draft: false, approvalsMissing: -1, startAt: null }, 'running', null],
  ])('of %j is %s', (plan, status, reason) => {
    expect(statusOfPlan({ ...plan, now })).toEqual({ status, reason });
  });
});
