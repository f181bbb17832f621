import { Injectable } from '@nestjs/common';
import type { ValidationSetWish } from '@corefleet/contracts/http';
import type { DevicePlan, Planner } from '@corefleet/features/rollouts';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { keyOf } from '@corefleet/validation-set-rules';
import type { DeviceNow } from './device-now';
import { readDevices } from './device-rows';
import { importedSequences, importedSets, type SetReference } from './imported-sets';
import { planSet } from './plan-set';
import { resolveWish } from './resolve-wish';
import { SetsAtHand } from './sets-at-hand';
import { referenceOf, type SetWish } from './set-wish';

/** Devices whose facts are in memory at one time: some 10 MiB. */
const PAGE = 250;

/** Plans what becomes of a validation set on each device, from what the devices last said. */
@Injectable()
export class ValidationSetPlanner implements Planner<'validationSet'> {
  readonly kind = 'validationSet';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async resolve(wish: ValidationSetWish): Promise<ValidationSetWish> {
    return resolveWish(wish, wish.mode === 'forget' ? [] : await importedSequences(this.database, wish.set));
  }

  /** @param wish as `resolve` left it */
  async plan(wish: ValidationSetWish, deviceIds: readonly string[]): Promise<DevicePlan[]> {
    const plans: DevicePlan[] = [];
    for (let at = 0; at < deviceIds.length; at += PAGE) {
      plans.push(...(await this.planPage(wish, deviceIds.slice(at, at + PAGE))));
    }
    return plans;
  }

  private async planPage(wish: ValidationSetWish, deviceIds: readonly string[]): Promise<DevicePlan[]> {
    const devices = await readDevices(this.database, deviceIds);
    const wanted = typeof wish.sequence === 'number' ? [{ key: wish.set, sequence: wish.sequence }] : [];
    const sets = await importedSets(this.database, [...wanted, ...enforcedBy(devices)]);
    const set = sets.find((one) => keyOf(one) === wish.set && one.sequence === wish.sequence);
    if (!set && wish.mode !== 'forget')
      throw new Error(
        `cannot plan validation set ${wish.set}=${wish.sequence}: it is not resolved to an imported sequence`,
      );
    const asked: SetWish = { ...wish, key: wish.set, set };
    const [atHand, now] = [new SetsAtHand(sets), this.clock.now()];
    return devices.map((device) => planSet(device, asked, atHand, now));
  }
}

/** The sequences that any of the devices enforces, each once. */
function enforcedBy(devices: readonly DeviceNow[]): SetReference[] {
  const byReference = new Map<string, SetReference>();
  for (const { sets } of devices) {
    for (const { key, mode, sequence } of sets ?? []) {
      if (mode === 'enforce') byReference.set(referenceOf(key, sequence), { key, sequence });
    }
  }
  return [...byReference.values()];
}
