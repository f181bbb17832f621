import { SummaryOfPlans, blockersInWords } from './plan-summary';
import type { DevicePlan } from './planner';

const aPlan = (verdict: DevicePlan['verdict'], cause?: string, message = 'm'): DevicePlan => ({
  ...{ deviceId: 'd', verdict, actions: [], steps: undefined, rollback: undefined },
  blockers: verdict === 'blocked' && cause !== undefined ? [{ cause, message }] : [],
  warnings: verdict === 'change' && cause !== undefined ? [{ cause, message }] : [],
});

const summaryOf = (...plans: DevicePlan[]) => {
  const summary = new SummaryOfPlans();
  plans.forEach((plan) => summary.add(plan));
  return summary.summary();
};

describe('SummaryOfPlans', () => {
  it('counts verdicts, and devices by cause, the most frequent first', () => {
    const plans = [
      aPlan('blocked', 'held'),
      aPlan('change', 'stale'),
      aPlan('blocked', 'old'),
      aPlan('blocked', 'old'),
    ];
    const summary = summaryOf(...plans, aPlan('nothing'));
    expect(summary).toEqual({
      ...{ devices: 5, change: 1, nothing: 1, blocked: 3 },
      causes: [
        { verdict: 'blocked', cause: 'old', message: 'm', devices: 2 },
        { verdict: 'blocked', cause: 'held', message: 'm', devices: 1 },
        { verdict: 'change', cause: 'stale', message: 'm', devices: 1 },
      ],
    });
    expect(blockersInWords(summary)).toBe('2 old (m), 1 held (m)');
  });

  it('tells a hundred causes apart, and counts the devices of all others together', () => {
    const { causes } = summaryOf(...Array.from({ length: 130 }, (_, at) => aPlan('blocked', 'conflict', `with ${at}`)));
    expect(causes).toHaveLength(101);
    expect(causes[0]).toMatchObject({ cause: 'other', devices: 30 });
  });
});
