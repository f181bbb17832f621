import { Injectable } from '@nestjs/common';
import { CreateRolloutRequest } from '@corefleet/contracts/http';
import type { Existing, ManifestKind } from '@corefleet/features/manifests';
import {
  NamedRollouts,
  RolloutChanges,
  RolloutPlans,
  RolloutsService,
  shownDoes,
  type Orderer,
} from '@corefleet/features/rollouts';
import type { z } from 'zod';

const Spec = CreateRolloutRequest.omit({ name: true, draft: true, remark: true });
type Spec = z.infer<typeof Spec>;

/** What may still change of a rollout that was made. */
const ADJUSTABLE = ['limits', 'gate', 'priority', 'window', 'expireAfterSeconds'];

/** A rollout by its name, made once: what it does and for whom stays, its bounds follow the manifest. */
@Injectable()
export class RolloutKind implements ManifestKind<Spec> {
  readonly kind = 'Rollout';
  readonly schema = Spec;

  constructor(
    private readonly rollouts: RolloutsService,
    private readonly changes: RolloutChanges,
    private readonly plans: RolloutPlans,
    private readonly named: NamedRollouts,
  ) {}

  async find(name: string): Promise<Existing<Spec> | undefined> {
    const found = await this.named.newest(name);
    if (!found) return undefined;
    const { name: _name, draft: _draft, remark: _remark, ...spec } = found.request;
    const why = `rollout "${name}" is ${found.status}; give the new one a name of its own`;
    return { spec: this.shown(spec), fixed: { except: isOver(found.status) ? [] : ADJUSTABLE, why } };
  }

  shown(spec: Spec): Spec {
    return { ...spec, does: shownDoes(spec.does), waves: spec.waves.map(withoutEmptyGate) };
  }

  /** @returns totals and causes of its plan */
  async check(orderer: Orderer, name: string, spec: Spec): Promise<unknown> {
    const { summary, waves } = await this.plans.dryRun(orderer, { ...spec, name, draft: false });
    return { summary, waves };
  }

  async apply(orderer: Orderer, name: string, spec: Spec, existing: Existing<Spec> | undefined): Promise<void> {
    const found = existing && (await this.named.newest(name));
    if (!found) {
      // Two that apply the same manifest at once make it once.
      await this.rollouts.create(orderer, { ...spec, name, draft: false, idempotencyKey: `manifest ${name}` });
      return;
    }
    const { limits, gate, priority, window = null, expireAfterSeconds } = spec;
    const asked = { limits, gate, priority, window, expireAfterSeconds };
    await this.changes.adjust({ actor: orderer.actor, id: found.id }, asked);
  }
}

/** A gate that says nothing is as good as none. */
function withoutEmptyGate({ gate, ...size }: Spec['waves'][number]): Spec['waves'][number] {
  return gate && Object.keys(gate).length > 0 ? { ...size, gate } : size;
}

const isOver = (status: string): boolean => ['finished', 'stopped', 'rolling-back', 'rolled-back'].includes(status);
