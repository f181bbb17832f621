import { createHash } from 'node:crypto';
import { canonicalJson } from '@corefleet/contracts/device-protocol';
import type { CreateRolloutRequest } from '@corefleet/contracts/http';
import type { DevicePlan } from './planner';
import type { PlannedTarget } from './rollout-planning';
import { shownDoes, shownSteps } from './shown-steps';

/**
 * SHA-256, in hex, over the plan's version with the canonical request, and then each target's device, wave, steps and way
 * back, a line each, in the order in which they are added: what an approval is for. The version makes each plan another one,
 * so that what people said to the one before never counts. Secrets are hashed as they are shown, hidden: who approves does not
 * see them, and a short one could be found from the digest.
 */
export class PlanDigest {
  private readonly hash = createHash('sha256');

  /** @param request without the remark: what a person adds to it changes no plan */
  constructor(version: number, { does, ...request }: Omit<CreateRolloutRequest, 'remark'>) {
    this.hash.update(`${canonicalJson({ version, request: { ...request, does: shownDoes(does) } })}\n`);
  }

  add(targets: readonly PlannedTarget[]): void {
    for (const { deviceId, wave, plan } of targets) {
      this.hash.update(`${canonicalJson([deviceId, wave, shown(plan.steps), shown(plan.rollback)])}\n`);
    }
  }

  digest(): string {
    return this.hash.digest('hex');
  }
}

const shown = (steps: DevicePlan['steps']): object | null => (steps ? shownSteps(steps) : null);

/** The digest of a plan whose bounds a person has changed: approvals of what it was before do not count. */
export const adjustedDigest = (digest: string, adjusted: object): string =>
  createHash('sha256').update(canonicalJson({ digest, adjusted })).digest('hex');
