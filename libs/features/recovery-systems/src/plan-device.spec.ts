import { findOperation } from '@corefleet/operations';
import { planDevice, type SystemWish } from './plan-device';
import { aDevice, aSet, ourCommand } from './testing/factories';

const now = new Date(Date.UTC(2026, 10, 27));
const context = { now, bodyOf: () => undefined };
const file = { sha256: 'a'.repeat(64), size: 900_000, name: 'pc_3.snap' };
const plain: SystemWish = {
  ...{ label: 'fleet-{date}', sets: [], test: true, makeDefault: false, offline: false, unlessFresh: false },
};
const wish = (over: Partial<SystemWish> = {}): SystemWish => ({ ...plain, ...over });
const modelOwn = { key: 'acme/base', sequence: 14, mode: 'enforce', ofModel: true };

describe('the plan for a recovery system', () => {
  it('creates it and takes it back by removing it', () => {
    expect(planDevice(wish({ sets: [aSet(15)] }), aDevice(), context)).toEqual({
      verdict: 'change',
      actions: [
        { kind: 'create-system', label: 'fleet-20261127', sets: ['acme/base=15'], test: true, makeDefault: false },
      ],
      blockers: [],
      warnings: [],
      steps: [
        {
          operation: 'create-recovery-system',
          parameters: {
            label: 'fleet-20261127',
            'validation-sets': ['acme/base=15'],
            'test-system': true,
            'mark-default': false,
          },
        },
      ],
      rollback: [{ operation: 'remove-recovery-system', parameters: { label: 'fleet-20261127' } }],
    });
  });

  it('counts the label on where the device has it, and prunes what is above the limit, after the creation', () => {
    const device = aDevice({}, [ourCommand('fleet-20261127', 1), ourCommand('b', 2)]);
    const plan = planDevice(wish({ keep: 1 }), device, context);
    expect(plan.steps.map(({ parameters }) => parameters['label'])).toEqual([
      'fleet-20261127-1',
      'fleet-20261127',
      'b',
    ]);
    expect(plan.warnings.map(({ cause }) => cause)).toEqual(['pruned-for-good']);
  });

  it('says that the default stays, and which system of ours has to', () => {
    const device = aDevice({ seedRefresh: true }, [ourCommand('a', 1)], 'a');
    expect(planDevice(wish({ keep: 1 }), device, context).warnings.map(({ cause }) => cause)).toEqual([
      'seed-refresh',
      'kept-above-limit',
    ]);
    const plan = planDevice(wish({ keep: 1, makeDefault: true }), device, context);
    expect(plan.warnings.map(({ cause }) => cause)).toEqual(['seed-refresh', 'default-stays', 'pruned-for-good']);
    expect(plan.rollback).toEqual([]);
  });

  it.each<[string, Parameters<typeof aDevice>[0], Partial<SystemWish>, string, RegExp]>([
    ['one that left', { enrolmentId: null }, {}, 'not-enrolled', /not enrolled any more/],
    ['one that has said nothing', { systems: null }, {}, 'inventory-unknown', /has not said/],
    ['a classic one', { systems: [], onClassic: true }, {}, 'classic', /classic/],
    ['one without modes', { systems: [] }, {}, 'no-recovery-systems', /has no recovery systems/],
    ['one in recover mode', { systemMode: 'recover' }, {}, 'not-in-run-mode', /mode recover/],
    ['an old snapd', { snapdVersion: '2.61.3' }, {}, 'snapd-too-old', /takes snapd 2.62/],
    [
      'a set that its model holds back',
      { sets: [modelOwn] },
      { sets: [aSet(15)] },
      'tracked-sequence-wins',
      /of acme\/base=14, which the model lists/,
    ],
    [
      'a set in conflict with itself',
      {},
      { sets: [aSet(1, [{ name: 'pc', presence: 'invalid' }])] },
      'snap-invalid',
      /"pc" of the model/,
    ],
    [
      'a set that wants more',
      {},
      { sets: [aSet(1, [{ name: 'extra', presence: 'required' }])] },
      'snap-not-in-model',
      /"extra" is required/,
    ],
    ['a long model', { model: 'm'.repeat(64) }, { label: 'r-{model}' }, 'label', /longer than 64/],
    ['a full disk', { freeBytes: 800_000 }, { snaps: [file] }, 'no-room', /900000 bytes/],
  ])('leaves out %s', (_what, row, over, cause, message) => {
    const plan = planDevice(wish(over), aDevice(row), context);
    expect(plan).toMatchObject({ verdict: 'blocked', steps: [], rollback: [] });
    expect(plan.blockers).toEqual([{ cause, message: expect.stringMatching(message) }]);
  });

  it('names sets that cannot be together, and what it cannot judge', () => {
    const device = aDevice({ sets: [{ ...modelOwn, key: 'acme/apps', sequence: 3 }] });
    const apps = aSet(3, [{ name: 'pc', presence: 'required', revision: '7' }], 'apps');
    const asked = aSet(1, [{ name: 'pc', presence: 'required', revision: '8' }]);
    const bodyOf = (key: string, sequence: number) => (key === 'acme/apps' && sequence === 3 ? apps : undefined);
    expect(planDevice(wish({ sets: [asked] }), device, { now, bodyOf }).blockers).toEqual([
      { cause: 'conflict', message: 'cannot constrain snap "pc" at different revisions 7 (acme/apps), 8 (acme/base)' },
    ]);
    expect(planDevice(wish({ sets: [asked] }), device, context)).toMatchObject({
      verdict: 'change',
      warnings: [{ cause: 'set-unknown', message: expect.stringContaining('acme/apps=3') }],
    });
  });

  it.each<[string, Partial<SystemWish>, ReturnType<typeof ourCommand>[], string]>([
    ['one of ours is as running', {}, [ourCommand('a', 1)], 'nothing'],
    ['it is not tested', {}, [ourCommand('a', 1, { tested: false })], 'change'],
    ['nobody wants it tested', { test: false }, [ourCommand('a', 1, { tested: false })], 'nothing'],
    ['it is not the default', { makeDefault: true }, [ourCommand('a', 1)], 'change'],
    ['something else runs', {}, [ourCommand('a', 1, { snaps: { core24: '5', pc: '1' } })], 'change'],
    ['it is of the sets asked for', { sets: [aSet(15)] }, [ourCommand('a', 1, { asked: ['acme/base=15'] })], 'nothing'],
    ['it is of other sets than asked for', { sets: [aSet(15)] }, [ourCommand('a', 1)], 'change'],
    ['nobody knows what it is of', {}, [ourCommand('a', 1, { sets: null, snaps: null })], 'change'],
    ['there is none', {}, [], 'change'],
  ])('unless fresh: %s', (_what, over, commands, verdict) => {
    expect(planDevice(wish({ unlessFresh: true, ...over }), aDevice({}, commands), context).verdict).toBe(verdict);
  });

  it('prunes a device that is fresh and has too many, and makes nothing', () => {
    const device = aDevice({}, [ourCommand('a', 1), ourCommand('b', 2)]);
    expect(planDevice(wish({ unlessFresh: true, keep: 1 }), device, context)).toMatchObject({
      verdict: 'change',
      steps: [{ operation: 'remove-recovery-system', parameters: { label: 'a' } }],
      rollback: [],
    });
  });

  it('asks for what the catalogue takes', () => {
    const sets = [aSet(15), aSet(2, [], 'apps')];
    const all = wish({ sets, offline: true, keep: 1, snaps: [file], assertions: [{ ...file, size: 3 }] });
    const { steps } = planDevice(all, aDevice({}, [ourCommand('a', 1)]), context);
    expect(steps.map(({ operation, parameters }) => findOperation(operation)?.prepare(parameters).kind)).toEqual([
      'prepared',
      'prepared',
    ]);
  });
});
