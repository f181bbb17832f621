import type { Device } from '../device/device';
import { quote } from '../go-text';
import { combine } from '../validation-sets/constraints';
import type { Lack, Unmet } from '../validation-sets/verdict';
import { Refusal, type SnapPlan } from './plan';
import type { Step } from './task-lists';

/** A component that has to come, at a revision when one is asked for. */
export interface WantedComponent {
  snap: string;
  name: string;
  revision?: number;
}

/** Components that validation sets miss, or want at another revision. */
export function requiredComponents({ missing, wrongRevision }: Unmet['components']): WantedComponent[] {
  return [...missing, ...wrongRevision].map(({ about, constraint, entries }: Lack) => {
    const effective = combine({ entries });
    const revision = 'revision' in effective ? effective.revision : undefined;
    return { snap: constraint.name, name: about.slice(constraint.name.length + 1), revision };
  });
}

/** Adds the components to the plans of their snaps; a snap that stays as it is gets a plan of its own. */
export function withComponents(
  device: Device,
  plans: readonly SnapPlan[],
  wanted: readonly WantedComponent[],
): SnapPlan[] {
  const byName = new Map(plans.map((plan) => [plan.name, plan]));
  for (const { snap, name, revision } of wanted) {
    const plan = byName.get(snap) ?? planInPlace(device, snap);
    const found = resource(device, plan, name);
    byName.set(snap, { ...plan, components: { ...plan.components, [name]: revision ?? found } });
  }
  return [...byName.values()];
}

function planInPlace(device: Device, name: string): SnapPlan {
  const installed = device.snaps.get(name);
  const { revision = 0, tracking = '', cohort } = installed ?? {};
  return { name, action: 'components', revision, channel: tracking, tracking, cohort, sizeBytes: 0 };
}

/** Revision of the component that comes with the snap's revision. */
function resource(device: Device, plan: SnapPlan, name: string): number {
  const found = device.store.snap(plan.name)?.revisions.get(plan.revision)?.components?.[name];
  if (found !== undefined) return found;
  const why = `cannot find component ${quote(name)} in snap resources`;
  if (plan.action === 'components') throw new Refusal(why);
  throw new Refusal(
    `cannot auto-resolve enforcement constraints: cannot build target from store action result: ${why}`,
  );
}

/** Steps that bring the components of a plan. */
export function componentSteps(plan: SnapPlan): Step[] {
  return Object.entries(plan.components ?? {}).flatMap(([name, revision]): Step[] => {
    const file = plan.componentFiles?.[name];
    if (file !== undefined) return uploadedSteps(`${plan.name}+${name}`, file);
    const about = `${quote(`${plan.name}+${name}`)} (${revision})`;
    return [
      ['download-component', `Download component ${about}`],
      ['validate-component', `Fetch and check assertions for component ${about}`],
      ['mount-component', `Mount component ${about}`],
      ['link-component', `Make component ${about} available to the system`],
    ];
  });
}

function uploadedSteps(reference: string, file: string): Step[] {
  const about = `${quote(reference)} (unset)`;
  return [
    ['prepare-component', `Prepare component ${quote(file)} (unset)`],
    ['mount-component', `Mount component ${about}`],
    ['link-component', `Make component ${about} available to the system`],
  ];
}
