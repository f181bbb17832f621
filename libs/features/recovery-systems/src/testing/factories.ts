import type { ValidationSet } from '@corefleet/validation-set-rules';
import { assess, type AssessedDevice } from '../assess';
import type { CommandRow, DeviceRow, RecoveryRows } from '../device-rows';

const enrolmentId = 'e1';

/** A Core device that came with `factory`, enforces acme/base=14 and runs two snaps of its model. */
export const aDeviceRow = (over: Partial<DeviceRow> = {}): DeviceRow => ({
  ...{ deviceId: 'd1', serial: 's1', model: 'Box', enrolmentId, snapdVersion: '2.77.1', onClassic: false },
  ...{ systemMode: 'run', seedRefresh: false, freeBytes: 1_000_000 },
  systems: [{ label: 'factory', current: true, default: true }],
  sets: [{ key: 'acme/base', sequence: 14, mode: 'enforce', ofModel: false }],
  modelSnaps: [
    { name: 'core24', optional: false },
    { name: 'pc', optional: false },
  ],
  snaps: { core24: '5', pc: '2' },
  ...over,
});

/** A system of ours that was made of what the device runs; the number is its day. */
export const ourCommand = (label: string, day: number, over: Partial<CommandRow> = {}): CommandRow => {
  const at = new Date(Date.UTC(2026, 9, day));
  return {
    ...{ enrolmentId, label, id: `c-${label}`, succeeded: true, finishedAt: at, madeAt: at, tested: true, asked: [] },
    ...{ sets: aDeviceRow().sets, snaps: aDeviceRow().snaps },
    ...over,
  };
};

/** A device as it is judged. Its systems: `factory`, and those of the commands; the last one marked is the default. */
export function aDevice(
  row: Partial<DeviceRow> = {},
  commands: readonly CommandRow[] = [],
  defaultLabel = 'factory',
): AssessedDevice {
  const labels = ['factory', ...commands.map(({ label }) => label)];
  const systems = labels.map((label) => ({ label, current: label === 'factory', default: label === defaultLabel }));
  const device = aDeviceRow({ systems, ...row });
  const rows: RecoveryRows = { devices: [device], sightings: [], commands, changes: [] };
  const [assessed] = assess(rows);
  if (!assessed) throw new Error('no device was judged');
  return assessed;
}

export const aSet = (sequence: number, snaps: ValidationSet['snaps'] = [], name = 'base'): ValidationSet => ({
  ...{ accountId: 'acme', name, sequence, snaps },
});
