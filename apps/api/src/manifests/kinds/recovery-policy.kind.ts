import { Injectable } from '@nestjs/common';
import { RecoveryPolicySpec } from '@corefleet/contracts/http';
import type { Existing, ManifestKind } from '@corefleet/features/manifests';
import { RecoveryPoliciesReadModel, RecoveryPoliciesService } from '@corefleet/features/recovery-systems';
import type { Orderer } from '@corefleet/features/rollouts';
import type { z } from 'zod';

const Spec = RecoveryPolicySpec.omit({ name: true });
type Spec = z.infer<typeof Spec>;

/** A recovery policy by its name. Who applies a change of it is in whose name it acts from then on. */
@Injectable()
export class RecoveryPolicyKind implements ManifestKind<Spec> {
  readonly kind = 'RecoveryPolicy';
  readonly schema = Spec;

  constructor(
    private readonly policies: RecoveryPoliciesService,
    private readonly reads: RecoveryPoliciesReadModel,
  ) {}

  async find(name: string): Promise<Existing<Spec> | undefined> {
    const found = await this.reads.find(name);
    if (!found) return undefined;
    const { filter, cron, timeZone, jitterSeconds, enabled, system, rollout } = found;
    return { spec: { filter, cron, timeZone, jitterSeconds, enabled, system, rollout } };
  }

  async check(orderer: Orderer, name: string, { enabled: _enabled, ...spec }: Spec): Promise<undefined> {
    await this.policies.check(orderer, { name, ...spec });
  }

  async apply(orderer: Orderer, name: string, spec: Spec): Promise<void> {
    const found = await this.reads.find(name);
    if (!found) {
      await this.policies.create(orderer, { name, ...spec });
      return;
    }
    const { enabled, ...changed } = spec;
    await this.policies.update(orderer, found.id, changed);
    if (enabled) await this.policies.enable(orderer.actor, found.id);
    else await this.policies.disable(orderer.actor, found.id);
  }
}
