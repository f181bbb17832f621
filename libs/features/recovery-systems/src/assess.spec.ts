import { assess } from './assess';
import { aDevice, aDeviceRow, ourCommand } from './testing/factories';

describe('the systems of a device', () => {
  it('are judged, the newest first', () => {
    const { systems } = aDevice({}, [
      ourCommand('old', 1, {
        sets: [{ key: 'acme/base', sequence: 1, mode: 'enforce', ofModel: false }],
        tested: false,
      }),
      ourCommand('new', 2),
    ]);
    expect(
      systems?.map(({ label, maker, tested, fresh, distance }) => [label, maker, tested, fresh, distance.words]),
    ).toEqual([
      ['new', 'ours', true, true, 'recovery is as running (acme/base=14)'],
      ['old', 'ours', false, false, 'recovery is 13 sequences behind running (acme/base: made of 1, runs 14)'],
      ['factory', 'factory', null, false, 'the distance from running is not known: the device was installed from it'],
    ]);
  });

  it('are unknown while the device has said nothing', () => {
    expect(aDevice({ systems: null }).systems).toBeNull();
  });

  it('have an age when they came after the device: ours since they were made, others since they were first seen', () => {
    const firstSeenAt = new Date(Date.UTC(2026, 10, 1));
    const seen = { enrolmentId: 'e1', firstSeenAt, atEnrolment: false };
    const systems = ['factory', 'ours', 'theirs'].map((label) => ({ label, current: false, default: false }));
    const [device] = assess({
      devices: [aDeviceRow({ systems })],
      sightings: [
        { ...seen, label: 'theirs' },
        { ...seen, label: 'ours' },
        { ...seen, label: 'factory', atEnrolment: true },
      ],
      commands: [ourCommand('ours', 3)],
      changes: [
        {
          enrolmentId: 'e1',
          label: 'theirs',
          kind: 'create-recovery-system',
          commandId: null,
          receivedAt: firstSeenAt,
        },
      ],
    });
    expect(device?.systems?.map(({ label, maker, madeAt }) => [label, maker, madeAt])).toEqual([
      ['theirs', 'person', firstSeenAt],
      ['ours', 'ours', new Date(Date.UTC(2026, 9, 3))],
      ['factory', 'factory', null],
    ]);
  });
});
