import { findOperation } from '@corefleet/operations';
import { checkStep, planSteps, type DeviceAbilities } from './steps-planner';

const aDevice = (over: Partial<DeviceAbilities> = {}): DeviceAbilities => ({
  ...{ deviceId: 'd', enrolled: true, snapdVersion: '2.71+ubuntu', onClassic: false, recoverySystems: 1 },
  ...over,
});

const plan = (device: DeviceAbilities, ...names: string[]) =>
  planSteps(
    names.flatMap((name) => findOperation(name) ?? []),
    device,
  );

describe('planSteps', () => {
  it.each<[string, DeviceAbilities, string[], string[], string[]]>([
    ['a device that can', aDevice(), ['refresh'], [], []],
    ['a device that is let go', aDevice({ enrolled: false }), ['refresh'], ['not-enrolled'], []],
    [
      'one that said nothing yet',
      aDevice({ snapdVersion: null, onClassic: null, recoverySystems: null }),
      ['create-recovery-system'],
      [],
      ['inventory-unknown'],
    ],
    [
      'one without recovery systems',
      aDevice({ recoverySystems: 0 }),
      ['refresh', 'boot-system'],
      ['no-recovery-systems'],
      [],
    ],
    ['a classic one', aDevice({ onClassic: true }), ['create-users'], ['classic'], []],
  ])('of %s', (_, device, names, blockers, warnings) => {
    const { verdict, ...made } = plan(device, ...names);
    expect(made.blockers.map(({ cause }) => cause)).toEqual(blockers);
    expect(made.warnings.map(({ cause }) => cause)).toEqual(warnings);
    expect(verdict).toBe(blockers.length > 0 ? 'blocked' : 'change');
    expect(made.actions).toEqual(names.map((operation) => ({ kind: 'operation', operation })));
  });

  it('compares releases of snapd with what the operation takes', () => {
    const since = '2.65';
    const operation = { ...findOperation('refresh')!, since };
    const causes = (snapdVersion: string) =>
      planSteps([operation], aDevice({ snapdVersion })).blockers.map(({ message }) => message);
    expect(causes('2.65.1')).toEqual([]);
    expect(causes('2.64')).toEqual(['cannot refresh with snapd 2.64: it takes snapd 2.65 or newer']);
  });
});

describe('checkStep', () => {
  it('names the step and the parameter', () => {
    const check = () => checkStep({ operation: 'refresh', parameters: { wings: 2 } }, 'does.steps.3');
    expect(check).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ field: 'does.steps.3.parameters.wings' })] }),
    );
  });
});
