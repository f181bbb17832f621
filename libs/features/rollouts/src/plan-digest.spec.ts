import { CreateRolloutRequest } from '@corefleet/contracts/http';
import type { DevicePlan } from './planner';
import { PlanDigest } from './plan-digest';

const logIn = (password: string) => ({ operation: 'log-in', parameters: { email: 'a@b.example', password } });
const refresh = { operation: 'refresh', parameters: { snaps: ['core22'] } };

const aRequest = (over: object = {}): CreateRolloutRequest =>
  CreateRolloutRequest.parse({ name: 'x', does: { steps: [refresh] }, waves: [{ percent: 100 }], ...over });

const aTarget = (over: Partial<DevicePlan> = {}, wave = 1) => ({
  ...{ deviceId: 'd', serial: 's', site: '', wave },
  plan: { ...{ deviceId: 'd', verdict: 'change', actions: [], blockers: [], warnings: [] }, ...over } as DevicePlan,
});

const digestOf = (version: number, request: CreateRolloutRequest, ...targets: ReturnType<typeof aTarget>[]): string => {
  const digest = new PlanDigest(version, request);
  digest.add(targets);
  return digest.digest();
};

describe('PlanDigest', () => {
  const plain = digestOf(1, aRequest(), aTarget());

  it.each<[string, string]>([
    ['version', digestOf(2, aRequest(), aTarget())],
    ['limit', digestOf(1, aRequest({ limits: { maxInFlight: 1 } }), aTarget())],
    ['wave', digestOf(1, aRequest(), aTarget({}, 2))],
    ['step', digestOf(1, aRequest(), aTarget({ steps: [refresh] }))],
    ['way back', digestOf(1, aRequest(), aTarget({ rollback: [refresh] }))],
    ['device', digestOf(1, aRequest(), aTarget(), aTarget())],
  ])('is another one with another %s', (_, other) => {
    expect(other).not.toBe(plain);
  });

  it('is the same for the same plan, whatever is said of the devices', () => {
    expect(digestOf(1, aRequest(), aTarget({ warnings: [{ cause: 'c', message: 'm' }] }))).toBe(plain);
  });

  it('tells no secret', () => {
    const of = (password: string): string =>
      digestOf(1, aRequest({ does: { steps: [logIn(password)] } }), aTarget({ steps: [logIn(password)] }));
    expect(of('1234')).toBe(of('1235'));
  });
});
