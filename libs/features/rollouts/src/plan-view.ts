import type { CreateRolloutRequest, DevicePlan, PlanView } from '@corefleet/contracts/http';
import type { PlannedTarget, PreparedPlan, RolloutPlanning } from './rollout-planning';
import type { PlannedDeviceView } from './rollout-view';
import { shownSteps } from './shown-steps';

/** Devices that a plan shows at once; all of them are in its download. */
export const PLAN_DEVICES_SHOWN = 100;

/** The plan with its first devices. */
export async function planView(planning: RolloutPlanning, prepared: PreparedPlan): Promise<PlanView> {
  const deviceIds = prepared.deviceIds.slice(0, PLAN_DEVICES_SHOWN);
  const devices: PlannedDeviceView[] = [];
  for await (const page of plannedDevices(planning, { ...prepared, deviceIds })) devices.push(...page);
  const waves = prepared.sizes.map((size, at) => ({ number: at + 1, size }));
  return { summary: prepared.summary, waves, devices };
}

/** All devices of the plan, page by page. */
export async function* plannedDevices(
  planning: RolloutPlanning,
  prepared: PreparedPlan,
): AsyncGenerator<PlannedDeviceView[]> {
  for await (const targets of planning.pages(prepared)) {
    yield targets.map((target) => plannedDevice(prepared.request, target));
  }
}

function plannedDevice({ does }: CreateRolloutRequest, target: PlannedTarget): PlannedDeviceView {
  const { deviceId, serial, wave, plan } = target;
  const { verdict, rollback } = plan;
  const steps = plan.steps ?? ('steps' in does ? does.steps : []);
  return {
    ...{ deviceId, serial, wave },
    plan: shownPlan(plan),
    steps: verdict === 'change' ? shownSteps(steps) : [],
    rollback: rollback === undefined ? null : shownSteps(rollback),
  };
}

/** A plan without what is kept beside it. */
export const shownPlan = ({ verdict, actions, blockers, warnings }: PlannedTarget['plan']): DevicePlan => ({
  ...{ verdict, actions: [...actions], blockers: [...blockers], warnings: [...warnings] },
});
