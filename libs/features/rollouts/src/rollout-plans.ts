import { Injectable } from '@nestjs/common';
import type { CreateRolloutRequest, PlanView } from '@corefleet/contracts/http';
import { PLAN_DEVICES_SHOWN, plannedDevices, planView } from './plan-view';
import type { Orderer } from './orderer';
import { RolloutPlanning } from './rollout-planning';
import type { PlannedDeviceView } from './rollout-view';
import { RolloutsReadModel } from './rollouts.read-model';
import { TargetsReadModel } from './targets.read-model';

/** Devices that are read of a kept plan at a time. */
const PAGE = 1000;

/** Plans as people read them: of rollouts that are asked about, and of rollouts that are made. */
@Injectable()
export class RolloutPlans {
  constructor(
    private readonly planning: RolloutPlanning,
    private readonly rollouts: RolloutsReadModel,
    private readonly targets: TargetsReadModel,
  ) {}

  /** What the rollout would do. Writes nothing. @throws as its creation does */
  async dryRun(orderer: Orderer, request: CreateRolloutRequest): Promise<PlanView> {
    return planView(this.planning, await this.planning.prepare(orderer, request));
  }

  /** What it would do on each device, page by page. @throws as its creation does, before the first page */
  async dryRunDevices(orderer: Orderer, request: CreateRolloutRequest): Promise<AsyncGenerator<PlannedDeviceView[]>> {
    return plannedDevices(this.planning, await this.planning.prepare(orderer, request));
  }

  /** @throws NotFoundError */
  async of(id: string): Promise<PlanView> {
    const { plan, waves } = await this.rollouts.get(id);
    const { items } = await this.targets.plan(id, { limit: PLAN_DEVICES_SHOWN });
    const sizes = waves.filter(({ number }) => number > 0).map(({ number, size }) => ({ number, size }));
    return { summary: plan, waves: sizes, devices: items };
  }

  /** Page by page. @throws NotFoundError */
  async devicesOf(id: string): Promise<AsyncGenerator<PlannedDeviceView[]>> {
    await this.rollouts.get(id);
    return this.pagesOf(id);
  }

  private async *pagesOf(id: string): AsyncGenerator<PlannedDeviceView[]> {
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const { items, next } = await this.targets.plan(id, { cursor, limit: PAGE });
      yield items;
      cursor = next;
    }
  }
}
