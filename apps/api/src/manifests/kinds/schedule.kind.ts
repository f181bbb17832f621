import { Injectable } from '@nestjs/common';
import { CreateScheduleRequest } from '@corefleet/contracts/http';
import type { Existing, ManifestKind } from '@corefleet/features/manifests';
import { shownDoes, type Orderer } from '@corefleet/features/rollouts';
import { SchedulesReadModel, SchedulesService } from '@corefleet/features/schedules';
import type { z } from 'zod';

const Spec = CreateScheduleRequest.omit({ name: true, remark: true });
type Spec = z.infer<typeof Spec>;

/** A schedule by its name. Who applies a change of it is in whose name it acts from then on. */
@Injectable()
export class ScheduleKind implements ManifestKind<Spec> {
  readonly kind = 'Schedule';
  readonly schema = Spec;

  constructor(
    private readonly schedules: SchedulesService,
    private readonly reads: SchedulesReadModel,
  ) {}

  async find(name: string): Promise<Existing<Spec> | undefined> {
    const found = await this.reads.find(name);
    if (!found) return undefined;
    const { cron, timeZone, jitterSeconds, ifRunning, enabled, rollout } = found;
    return { spec: { cron, timeZone, jitterSeconds, ifRunning, enabled, rollout } };
  }

  shown(spec: Spec): Spec {
    return { ...spec, rollout: { ...spec.rollout, does: shownDoes(spec.rollout.does) } };
  }

  async check(orderer: Orderer, _name: string, spec: Spec): Promise<undefined> {
    await this.schedules.check(orderer, spec);
  }

  async apply(orderer: Orderer, name: string, spec: Spec): Promise<void> {
    const found = await this.reads.find(name);
    if (!found) {
      await this.schedules.create(orderer, { name, ...spec });
      return;
    }
    const { enabled, ...changed } = spec;
    await this.schedules.update(orderer, found.id, changed);
    if (enabled) await this.schedules.enable(orderer.actor, found.id);
    else await this.schedules.disable(orderer.actor, found.id);
  }
}
