import type { ValidationSet } from '@corefleet/validation-set-rules';
import { aDeviceNow, aSnap, aValidationSet, aWish, NOW, tracked } from '../testing/a-device-now';
import type { DeviceNow } from './device-now';
import { planSet } from './plan-set';
import type { SetWish } from './set-wish';
import { SetsAtHand } from './sets-at-hand';

const BASE_1 = aValidationSet('base', 1, { x: 'required@1' });
const BASE_2 = aValidationSet('base', 2, { x: 'required@2' });
const NO_X = aValidationSet('base', 3, { x: 'invalid' });
const EXTRA = aValidationSet('extra', 1, { x: 'required@1' });

const plan = (wish: SetWish, but: Partial<DeviceNow> = {}, imported: ValidationSet[] = [BASE_1, BASE_2, EXTRA]) =>
  planSet(aDeviceNow(but), wish, new SetsAtHand(imported), NOW);

const causes = (notes: readonly { cause: string }[]): string[] => notes.map(({ cause }) => cause);

const enforce = (reference: string) => ({
  operation: 'enforce-validation-set',
  parameters: { 'validation-set': reference, refresh: true },
});
const monitor = (reference: string) => ({
  operation: 'monitor-validation-set',
  parameters: { 'validation-set': reference },
});
const forget = (key: string) => ({ operation: 'forget-validation-set', parameters: { 'validation-set': key } });

describe('a set enforced', () => {
  it('on a device without any refreshes what it pins, and is forgotten on the way back', () => {
    expect(plan(aWish(BASE_2))).toMatchObject({
      verdict: 'change',
      actions: [{ kind: 'refresh', snap: 'x', from: '1', to: '2' }],
      steps: [enforce('acme/base=2')],
      rollback: [forget('acme/base'), { operation: 'revert', parameters: { snap: 'x', revision: '1' } }],
    });
  });

  it('in the place of an older sequence leaves what that pins to it on the way back', () => {
    expect(plan(aWish(BASE_2), { sets: [tracked(BASE_1)] })).toMatchObject({
      verdict: 'change',
      steps: [enforce('acme/base=2')],
      rollback: [enforce('acme/base=1')],
    });
  });

  it('where it was followed unpinned is pinned, there and on the way back', () => {
    const { steps, rollback, warnings } = plan(aWish(BASE_2), { sets: [tracked(BASE_1, { pinnedAt: undefined })] });
    expect({ steps, rollback }).toEqual({ steps: [enforce('acme/base=2')], rollback: [enforce('acme/base=1')] });
    expect(causes(warnings)).toContain('pin-on-rollback');
  });

  it('installs what is missing, and removes it on the way back before the older sequence returns', () => {
    const wanted = aValidationSet('base', 2, { x: 'required@1', y: 'required' });
    expect(plan(aWish(wanted), { sets: [tracked(BASE_1)] })).toMatchObject({
      actions: [{ kind: 'install', snap: 'y' }],
      steps: [enforce('acme/base=2')],
      rollback: [monitor('acme/base=1'), { operation: 'remove', parameters: { snaps: ['y'] } }, enforce('acme/base=1')],
    });
  });

  it('is nothing to do where it is pinned and met already', () => {
    const sets = [tracked(BASE_1)];
    expect(plan(aWish(BASE_1), { sets })).toMatchObject({ verdict: 'nothing', actions: [], steps: [] });
    expect(plan(aWish(BASE_1), { sets: [tracked(BASE_1, { pinnedAt: undefined })] }).verdict).toBe('change');
    expect(plan(aWish(BASE_1), { sets, snaps: [aSnap('x', '2')] }).verdict).toBe('change');
    expect(plan(aWish(BASE_1, { followLatest: true }), { sets }).steps).toEqual([enforce('acme/base')]);
  });

  it('also puts right what another enforced set asks for', () => {
    const other = aValidationSet('extra', 2, { y: 'required@5' });
    const device = { sets: [tracked(other, { valid: false })], snaps: [aSnap('x', '2'), aSnap('y', '4')] };
    expect(plan(aWish(BASE_2), device, [other]).actions).toEqual([{ kind: 'refresh', snap: 'y', from: '4', to: '5' }]);
  });
});

describe('a removal', () => {
  const snaps = [aSnap('x', '7', { channel: '1/edge', components: { c: '3' } })];

  it('saves the data first, and installs and restores it on the way back', () => {
    const { steps, rollback, warnings } = plan(aWish(NO_X, { allowRemovals: true }), { snaps });
    expect(steps).toEqual([
      { operation: 'save-snapshot', parameters: { snaps: ['x'] } },
      { operation: 'remove', parameters: { snaps: ['x'] } },
      enforce('acme/base=3'),
    ]);
    expect(rollback).toEqual([
      forget('acme/base'),
      {
        operation: 'install',
        parameters: { snaps: ['x'], revision: '7', channel: '1/edge', components: { x: ['c'] } },
      },
      { operation: 'restore-snapshot', parameters: { snaps: ['x'] } },
    ]);
    expect(causes(warnings)).toEqual(['refresh-timer', 'removal']);
  });

  it('lets go of the older sequence first, which requires the snap', () => {
    const { steps, rollback } = plan(aWish(NO_X, { allowRemovals: true }), { sets: [tracked(BASE_1)] });
    expect(steps?.map(({ operation }) => operation)).toEqual([
      'save-snapshot',
      'monitor-validation-set',
      'remove',
      'enforce-validation-set',
    ]);
    expect(rollback?.map(({ operation }) => operation)).toEqual([
      'monitor-validation-set',
      'install',
      'enforce-validation-set',
      'restore-snapshot',
    ]);
  });

  it('says what is lost without a snapshot, and of a sideloaded snap', () => {
    const wish = aWish(NO_X, { allowRemovals: true, saveSnapshots: false });
    const { warnings, rollback } = plan(wish, { snaps: [aSnap('x', 'x1', { id: '', channel: '' })] });
    expect(causes(warnings)).toEqual(['removal', 'data-lost', 'no-way-back']);
    expect(rollback).toEqual([forget('acme/base')]);
  });

  it.each<[string, Partial<DeviceNow>, Partial<SetWish>, string[]]>([
    ['without consent', {}, {}, ['needs-removal']],
    [
      'of what the model requires',
      { model: { requiredSnaps: ['x'], sets: [] } },
      { allowRemovals: true },
      ['not-removable'],
    ],
    [
      'of what another snap runs on',
      { snaps: [aSnap('x', '1'), aSnap('y', '1', { base: 'x' })] },
      { allowRemovals: true },
      ['not-removable'],
    ],
  ])('%s leaves the device out', (_what, device, wish, expected) => {
    const { verdict, blockers, steps, actions } = plan(aWish(NO_X, wish), device);
    expect([verdict, causes(blockers), steps]).toEqual(['blocked', expected, []]);
    expect(actions).toEqual([{ kind: 'remove', snap: 'x', from: '1' }]);
  });

  it('of the agent leaves the device out, whoever consents', () => {
    const set = aValidationSet('base', 3, { 'corefleet-agent': 'invalid' });
    const { blockers } = plan(aWish(set, { allowRemovals: true }), { snaps: [aSnap('corefleet-agent', '1')] });
    expect(causes(blockers)).toEqual(['not-removable']);
  });
});

describe('a device is left out', () => {
  const old = new Date('2026-10-01T00:00:00Z');
  it.each<[string, Partial<DeviceNow>, string]>([
    ['not-enrolled', { enrolled: false, snaps: null }, 'the device is not enrolled'],
    ['inventory-unknown', { sets: null }, 'the device has not said yet which snaps and sets it has'],
    [
      'inventory-stale',
      { lastSeenAt: old },
      'what the device has is not known since 2026-10-01: it was last heard from then',
    ],
    ['snapd-unreachable', { snapdState: 'garbage' }, 'the agent of the device cannot talk to snapd'],
    [
      'conflict',
      { sets: [tracked(EXTRA)] },
      'cannot constrain snap "x" at different revisions 1 (acme/extra), 2 (acme/base)',
    ],
    [
      'set-unknown',
      { sets: [tracked(aValidationSet('other', 4, {}))] },
      'validation set acme/other=4 is enforced and not imported: what it asks for is not known',
    ],
    [
      'pinned-by-model',
      { model: { requiredSnaps: [], sets: [{ key: 'acme/base', sequence: 1, mode: 'prefer-enforce' }] } },
      'the model allows only sequence 1 of validation set acme/base',
    ],
    [
      'ignores-sets',
      { snaps: [aSnap('x', '1', { ignoreValidation: true })] },
      'snap "x" is held to no validation set (ignore-validation), and not as this one wants it',
    ],
    [
      'snapd-too-old',
      { system: { snapdVersion: '2.56.2', refreshTimer: undefined, refreshHold: undefined, features: [] } },
      'cannot enforce-validation-set with snapd 2.56.2: it takes snapd 2.57 or newer',
    ],
    ['low-disk', { freeBytes: 1024 }, 'what would be downloaded does not fit on the disk of the device'],
  ])('%s', (cause, device, message) => {
    expect(plan(aWish(BASE_2), device)).toMatchObject({
      ...{ verdict: 'blocked', blockers: [{ cause, message }] },
      ...{ steps: [], rollback: [], warnings: [] },
    });
  });

  it('but not for a set that it only monitors, nor for a hold', () => {
    const other = tracked(aValidationSet('other', 4, {}), { mode: 'monitor' });
    const { verdict, warnings } = plan(aWish(BASE_2), {
      sets: [other],
      snaps: [aSnap('x', '1', { hold: '2316-01-01T00:00:00Z' })],
    });
    expect([verdict, causes(warnings)]).toEqual(['change', ['snap-held']]);
  });

  it('nor for an ignored snap that is as the set wants it', () =>
    expect(plan(aWish(BASE_2), { snaps: [aSnap('x', '2', { ignoreValidation: true })] }).verdict).toBe('change'));

  it('where the disk is full, but nothing is downloaded, it is not', () =>
    expect(plan(aWish(BASE_1), { freeBytes: 0 }).verdict).toBe('change'));
});

describe('a set monitored or forgotten', () => {
  it('changes no snap, and goes back to what it was', () => {
    const device = { sets: [tracked(BASE_1)] };
    const { steps, rollback, warnings } = plan(aWish(BASE_2, { mode: 'monitor' }), device);
    expect({ steps, rollback }).toEqual({ steps: [monitor('acme/base=2')], rollback: [enforce('acme/base=1')] });
    expect(causes(warnings)).toContain('stops-enforcing');
    expect(plan(aWish(BASE_1, { mode: 'forget', set: undefined }), device)).toMatchObject({
      steps: [forget('acme/base')],
      rollback: [enforce('acme/base=1')],
    });
  });

  it('is nothing to do where it is so already', () => {
    expect(plan(aWish(BASE_1, { mode: 'forget', set: undefined })).verdict).toBe('nothing');
    const sets = [tracked(BASE_1, { mode: 'monitor' })];
    expect(plan(aWish(BASE_1, { mode: 'monitor' }), { sets }).verdict).toBe('nothing');
  });

  it('is not forgotten where the model enforces it', () => {
    const model = { requiredSnaps: [], sets: [{ key: 'acme/base', sequence: undefined, mode: 'enforce' as const }] };
    const wish = aWish(BASE_1, { mode: 'forget', set: undefined });
    expect(causes(plan(wish, { model, sets: [tracked(BASE_1)] }).blockers)).toEqual(['enforced-by-model']);
  });
});

describe('what a person should know', () => {
  const system = {
    snapdVersion: '2.63',
    refreshTimer: 'fri',
    refreshHold: '2026-12-01T00:00:00Z',
    features: ['seed-refresh'],
  };
  it.each<[string, Partial<DeviceNow>, string[]]>([
    ['refreshes held, an experimental feature', { system }, ['refresh-held', 'experimental']],
    [
      'other sets, unpinned and pinned, with an old snapd',
      {
        system: { ...system, features: [] },
        sets: [
          tracked(EXTRA, { pinnedAt: undefined, key: 'acme/e' }),
          tracked(EXTRA, { key: 'acme/f', mode: 'monitor' }),
        ],
      },
      ['refresh-held', 'unpinned-sets', 'pins-may-drop'],
    ],
    ['a snap that comes, and would go again', { snaps: [] }, ['rollback-removes']],
    ['a restart', { snaps: [aSnap('x', '1', { type: 'kernel' })] }, ['refresh-timer', 'restart']],
    ['a parallel instance', { snaps: [aSnap('x', '1'), aSnap('x_blue', '1')] }, ['refresh-timer', 'parallel-instance']],
  ])('%s', (_what, device, expected) => {
    const other = aValidationSet('e', 1, {});
    expect(causes(plan(aWish(BASE_2), device, [other]).warnings)).toEqual(expected);
  });

  it('nothing of refreshes where a pinned set holds every snap, and where it is not pinned, that it moves', () => {
    expect(causes(plan(aWish(BASE_2), { sets: [tracked(BASE_1)] }).warnings)).toEqual([]);
    const { warnings } = plan(aWish(BASE_2), { sets: [tracked(BASE_1, { pinnedAt: undefined })] });
    expect(causes(warnings)).toEqual(['refresh-timer', 'pin-on-rollback']);
  });

  it('a set about components, with a snapd that may not keep to them', () => {
    const snaps = [{ name: 'x', presence: 'required' as const, components: { c: { presence: 'optional' as const } } }];
    const { warnings } = plan(aWish({ ...BASE_2, snaps }), { system: { ...system, features: [] } });
    expect(causes(warnings)).toEqual(['refresh-held', 'components-maybe']);
  });

  it('is said in words without the name of a device, so that devices can be counted by them', () => {
    const { warnings } = plan(aWish(BASE_2, { followLatest: true }), { system: { ...system, refreshHold: undefined } });
    expect(warnings.map(({ message }) => message)).toEqual([
      '1 snap that no pinned set holds may be refreshed by snapd before the device has its turn (timer: fri)',
      'experimental feature "seed-refresh" is on',
      'validation set acme/base moves by itself at refreshes then, past all waves',
    ]);
  });
});
