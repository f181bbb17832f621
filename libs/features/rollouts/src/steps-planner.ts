import { Injectable } from '@nestjs/common';
import type { RolloutStep } from '@corefleet/contracts/http';
import { checkParameters, requireNoBadSet } from '@corefleet/features/commands';
import { findOperation, isOlder, type Operation } from '@corefleet/operations';
import { Database } from '@corefleet/platform/database';
import { InvalidRequestError } from '@corefleet/platform/errors';
import type { DevicePlan, PlanNote, Planner } from './planner';

/** What a device last said of what steps may ask of it; null when it said nothing yet. */
export interface DeviceAbilities {
  readonly deviceId: string;
  readonly enrolled: boolean;
  readonly snapdVersion: string | null;
  readonly onClassic: boolean | null;
  readonly recoverySystems: number | null;
}

const NOT_ENROLLED: PlanNote = { cause: 'not-enrolled', message: 'the device is not enrolled any more' };

/** Plans a list of operations that is the same for each device. */
@Injectable()
export class StepsPlanner implements Planner<'steps'> {
  readonly kind = 'steps';

  constructor(private readonly database: Database) {}

  /** The steps with their parameters as the catalogue reads them. */
  async resolve(steps: RolloutStep[]): Promise<RolloutStep[]> {
    const checked = steps.map((step, at) => checkStep(step, `does.steps.${at}`));
    for (const [at, { operation, parameters }] of checked.entries()) {
      await requireNoBadSet(this.database, operation, parameters).catch(refuseBelow(`does.steps.${at}`));
    }
    return checked;
  }

  async plan(steps: RolloutStep[], deviceIds: readonly string[]): Promise<DevicePlan[]> {
    const operations = steps.flatMap(({ operation }) => findOperation(operation) ?? []);
    const devices = await this.database.rows<DeviceAbilities>('device-abilities', ABILITIES, [deviceIds]);
    return devices.map((device) => planSteps(operations, device));
  }
}

/** @throws InvalidRequestError with fields below `at` */
export function checkStep({ operation, parameters }: RolloutStep, at: string): RolloutStep {
  try {
    return { operation, parameters: checkParameters(operation, parameters) };
  } catch (error) {
    return refuseBelow(at)(error);
  }
}

/** Says of what is wrong where in the rollout it is. */
const refuseBelow =
  (at: string) =>
  (error: unknown): never => {
    if (!(error instanceof InvalidRequestError)) throw error;
    const problems = error.problems.map(({ field, message }) => ({ field: `${at}.${field}`, message }));
    throw new InvalidRequestError(error.message, problems);
  };

/** Pure: what the operations take on the device. */
export function planSteps(operations: readonly Operation[], device: DeviceAbilities): DevicePlan {
  const { deviceId, enrolled, snapdVersion } = device;
  const blockers = enrolled ? operations.flatMap((operation) => blockersOf(operation, device)) : [NOT_ENROLLED];
  const isUnknown = enrolled && snapdVersion === null;
  return {
    deviceId,
    verdict: blockers.length > 0 ? 'blocked' : 'change',
    actions: operations.map(({ name }) => ({ kind: 'operation', operation: name })),
    blockers,
    warnings: isUnknown ? [{ cause: 'inventory-unknown', message: 'the device has not said yet what it is' }] : [],
    steps: undefined,
    rollback: undefined,
  };
}

function blockersOf({ name, since, requires }: Operation, device: DeviceAbilities): PlanNote[] {
  const { snapdVersion, onClassic, recoverySystems } = device;
  const notes: PlanNote[] = [];
  if (since !== undefined && snapdVersion !== null && isOlder(snapdVersion, since)) {
    const message = `cannot ${name} with snapd ${snapdVersion}: it takes snapd ${since} or newer`;
    notes.push({ cause: 'snapd-too-old', message });
  }
  if (requires.includes('system-users') && onClassic === true) {
    notes.push({ cause: 'classic', message: `cannot ${name} on a classic system` });
  }
  if (requires.includes('recovery-systems') && recoverySystems === 0) {
    notes.push({ cause: 'no-recovery-systems', message: `cannot ${name}: the device has no recovery systems` });
  }
  return notes;
}

const ABILITIES = `
SELECT d.id AS "deviceId", d.enrolment_id IS NOT NULL AS enrolled, said.snapd_version AS "snapdVersion",
       said.on_classic AS "onClassic", cardinality(said.system_labels) AS "recoverySystems"
  FROM devices d LEFT JOIN device_traits said ON said.enrolment_id = d.enrolment_id
 WHERE d.id = ANY ($1::uuid[])`;
