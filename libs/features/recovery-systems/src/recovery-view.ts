import type { DeviceRecovery, RecoverySystemView } from '@corefleet/contracts/http';
import type { AssessedDevice, AssessedSystem } from './assess';
import { standingOf } from './standing';

/** A system as people see it. */
export function systemView(system: AssessedSystem, now: Date): RecoverySystemView {
  const { label, maker, why, current, default: isDefault, tested, madeAt, distance, fresh } = system;
  const ageMs = madeAt === null ? null : Math.max(0, now.getTime() - madeAt.getTime());
  return {
    ...{ label, maker, why, current, default: isDefault, tested, fresh },
    madeAt: madeAt?.toISOString() ?? null,
    ageSeconds: ageMs === null ? null : Math.floor(ageMs / 1000),
    ...{ behind: distance.behind, differingSnaps: distance.differing, distance: distance.words },
  };
}

/** A device by its recovery systems. */
export function deviceView(device: AssessedDevice, now: Date): DeviceRecovery {
  const { state, recovery, ours, tested, hasDefault, warnings } = standingOf(device);
  const { deviceId, serial, model } = device.row;
  return {
    ...{ deviceId, serial, model, state, ours, tested, hasDefault },
    recovery: recovery && systemView(recovery, now),
    systems: device.systems?.length ?? 0,
    warnings: [...warnings],
  };
}
