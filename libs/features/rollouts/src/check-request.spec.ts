import { CreateRolloutRequest } from '@corefleet/contracts/http';
import { InvalidRequestError } from '@corefleet/platform/errors';
import { checkGates, checkRequest } from './check-request';

const now = new Date('2026-11-27T12:00:00.000Z');

const aRequest = (over: object): CreateRolloutRequest =>
  CreateRolloutRequest.parse({
    name: 'x',
    does: { steps: [{ operation: 'refresh' }] },
    waves: [{ percent: 10 }, { percent: 90 }],
    ...over,
  });

function problemsOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    return error.problems.map(({ field, message }) => `${field} ${message}`);
  }
}

const waves = (...gates: object[]): object => ({ waves: gates.map((gate) => ({ percent: 100 / gates.length, gate })) });

describe('checkRequest', () => {
  it.each<[string, object, unknown[]]>([
    ['nothing special', {}, []],
    ['a success that the failures allow', { gate: { minSucceededPercent: 90 } }, []],
    [
      'a success that the failures do not allow',
      { gate: { minSucceededPercent: 95 } },
      ['gate.minSucceededPercent contradict: with 10 % failed at most 90 % succeed, not 95 %'],
    ],
    [
      'such a success in one wave',
      waves({ maxFailedPercent: 50 }, { minSucceededPercent: 99 }),
      ['waves.1.gate.minSucceededPercent contradict: with 10 % failed at most 90 % succeed, not 99 %'],
    ],
    [
      'failures that the rollout does not allow, in one wave',
      { ...waves({ maxFailedPercent: 50 }, {}), gate: { minSucceededPercent: 90 } },
      ['waves.0.gate.maxFailedPercent contradict: with 50 % failed at most 50 % succeed, not 90 %'],
    ],
    [
      'a time-box in the soak',
      { gate: { soakSeconds: 120, timeBoxSeconds: 60 } },
      ['gate.timeBoxSeconds is over before the soak of 120 s is'],
    ],
    ['a time-box as long as the soak', { gate: { soakSeconds: 60, timeBoxSeconds: 60 } }, []],
    [
      'an expiry in the soaks',
      { gate: { soakSeconds: 60 }, expireAfterSeconds: 120 },
      ['expireAfterSeconds is over before all waves are: their time-boxes and soaks take 120 s'],
    ],
    [
      'an expiry in the time-boxes',
      { ...waves({ timeBoxSeconds: 600 }, { soakSeconds: 60 }), expireAfterSeconds: 660 },
      ['expireAfterSeconds is over before all waves are: their time-boxes and soaks take 660 s'],
    ],
    ['an expiry after the soaks', { gate: { soakSeconds: 60 }, expireAfterSeconds: 121 }, []],
    ['a start now', { startAt: now.toISOString() }, []],
    [
      'a start before, and a time-box in the soak',
      { startAt: '2026-11-27T11:59:59.000Z', gate: { soakSeconds: 120, timeBoxSeconds: 60 } },
      [
        'gate.timeBoxSeconds is over before the soak of 120 s is',
        'startAt is in the past: it is 2026-11-27T12:00:00.000Z now',
      ],
    ],
    ['a window', { window: { cron: '0 2 * * *', durationMinutes: 60, timeZone: 'device' } }, []],
    [
      'a window that never opens',
      { window: { cron: '0 2 31 2 *', durationMinutes: 60, timeZone: 'Mars/Olympus' } },
      [expect.stringContaining('window.cron the window would never open'), expect.stringContaining('window.timeZone ')],
    ],
    [
      'a window that opens too late',
      { window: { cron: '0 2 1 1 *', durationMinutes: 60, timeZone: 'UTC' }, expireAfterSeconds: 86_400 },
      ['window.cron opens next at 2027-01-01T02:00:00.000Z, when the rollout has expired'],
    ],
  ])('says of %s all that can never work', (_, over, problems) => {
    expect(problemsOf(() => checkRequest(aRequest(over), now))).toEqual(problems);
  });
});

describe('checkGates', () => {
  it.each<[object, number[], string[]]>([
    [{ gate: { minReached: { count: 5 } } }, [5, 45], []],
    [{ gate: { minReached: { percent: 100 } } }, [1, 9], []],
    [
      { gate: { minReached: { count: 6 } } },
      [5, 45],
      ['gate.minReached.count can never be reached: wave 1 has 5 devices, not 6'],
    ],
    [
      waves({}, { minReached: { count: 46 } }),
      [5, 45],
      ['waves.1.gate.minReached.count can never be reached: wave 2 has 45 devices, not 46'],
    ],
  ])('of %j with waves of %j', (over, sizes, problems) => {
    expect(problemsOf(() => checkGates(aRequest(over), sizes))).toEqual(problems);
  });
});
