import type { Device } from '../device/device';
import { quote } from '../go-text';
import { formatTime } from '../go-time';
import { badRequest } from '../http/envelope';
import type { ComponentInfo, SnapInfo } from '../snap-files/snap-info';
import { combine } from '../validation-sets/constraints';
import type { Lack, Unmet } from '../validation-sets/verdict';
import type { InstalledSnap } from './installed';
import { revisionText } from './local-snaps';
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
  context = '',
): SnapPlan[] {
  const byName = new Map(plans.map((plan) => [plan.name, plan]));
  for (const { snap, name, revision } of wanted) {
    const plan = byName.get(snap) ?? planInPlace(device, snap);
    const found = resource(device, plan, name, context);
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
function resource(device: Device, plan: SnapPlan, name: string, context: string): number {
  const found = resourcesOf(device, plan)[name];
  if (found !== undefined) return found;
  const why = `cannot find component ${quote(name)} in snap resources`;
  if (plan.action === 'components') throw new Refusal(why);
  throw new Refusal(`${context}cannot build target from store action result: ${why}`);
}

const resourcesOf = (device: Device, { name, revision }: SnapPlan): Readonly<Record<string, number>> =>
  device.store.snap(name)?.revisions.get(revision)?.components ?? {};

/** A refresh takes along the components the snap has, as far as the new revision offers them. */
export function withOwnComponents(device: Device, plan: SnapPlan): SnapPlan {
  const offered = resourcesOf(device, plan);
  const own = [...(device.snaps.get(plan.name)?.components?.keys() ?? [])].filter((name) => name in offered);
  return (
    withComponents(
      device,
      [plan],
      own.map((name) => ({ snap: plan.name, name })),
    )[0] ?? plan
  );
}

/** A plan for components of a snap that stays as it is. @throws ApiError 400 when all of them are there */
export function planComponents(device: Device, name: string, components: readonly string[]): SnapPlan {
  const there = device.snaps.get(name)?.components;
  const missing = components.filter((component) => !there?.has(component));
  if (missing.length > 0) {
    const wanted = missing.map((component) => ({ snap: name, name: component }));
    return withComponents(device, [planInPlace(device, name)], wanted)[0] ?? planInPlace(device, name);
  }
  const about = components.map((component) => quote(`${name}+${component}`)).join(', ');
  const value = { components: { [name]: components } };
  throw badRequest(`component ${about} is already installed`, 'snap-already-installed', value);
}

/** The components of an installed snap, as GET /v2/snaps shows them (§8.2). */
export function componentsJson(installed: InstalledSnap, info: SnapInfo | undefined): Record<string, unknown> {
  if (info?.components) return { components: info.components.map((component) => declaredJson(installed, component)) };
  const { components, installedNs } = installed;
  if (!components || components.size === 0) return {};
  const list = [...components].map(([name, revision]) => ({
    name,
    type: 'standard',
    version: info?.version ?? '',
    summary: name,
    description: name,
    revision: revisionText(revision),
    'install-date': formatTime(installedNs),
    'installed-size': 0,
  }));
  return { components: list };
}

/** One that came from a file as that says, any other as the snap declares it. */
function declaredJson({ components, componentFiles }: InstalledSnap, declared: ComponentInfo): unknown {
  const file = componentFiles?.get(declared.name);
  if (!file) return { ...declared, version: '', revision: 'unset' };
  return {
    ...file.info,
    revision: revisionText(components?.get(declared.name) ?? 0),
    'install-date': formatTime(file.installedNs),
    'installed-size': file.sizeBytes,
  };
}

/** The steps of a snap's chain with those that bring the components of its plan. */
export function withComponentSteps(device: Device, plan: SnapPlan, steps: readonly Step[]): Step[] {
  return Object.entries(plan.components ?? {}).reduce<Step[]>(
    (chain, [name, revision]) => {
      const file = plan.componentFiles?.[name];
      if (file === undefined) return [...chain, ...downloadedSteps(`${plan.name}+${name}`, revision)];
      const isNew = device.snaps.get(plan.name)?.components?.has(name) !== true;
      const uploaded = uploadedSteps(`${plan.name}+${name}`, file.path, isNew);
      return plan.action === 'components' ? [...chain, ...aloneSteps(uploaded)] : woven(chain, plan.name, uploaded);
    },
    [...steps],
  );
}

function downloadedSteps(reference: string, revision: number): Step[] {
  const about = `${quote(reference)} (${revision})`;
  return [
    ['download-component', `Download component ${about}`],
    ['validate-component', `Fetch and check assertions for component ${about}`],
    ['mount-component', `Mount component ${about}`],
    ['link-component', `Make component ${about} available to the system`],
  ];
}

/** Steps of a component from a file, by where they belong. */
interface UploadedSteps {
  prepare: Step[];
  mount: Step[];
  unlink: Step[];
  profiles: Step;
  link: Step;
  hook: Step;
  discard: Step[];
}

function uploadedSteps(reference: string, file: string, isNew: boolean): UploadedSteps {
  const q = quote(reference);
  const about = `${q} (unset)`;
  return {
    prepare: [['prepare-component', `Prepare component ${quote(file)} (unset)`]],
    mount: [['mount-component', `Mount component ${about}`], ...(isNew ? [] : [componentHook('pre-refresh', q)])],
    unlink: isNew ? [] : [unlinkStep(q)],
    profiles: ['setup-profiles', `Setup component ${about} security profiles`],
    link: ['link-component', `Make component ${about} available to the system`],
    hook: componentHook(isNew ? 'install' : 'post-refresh', q),
    discard: isNew ? [] : [discardStep(q)],
  };
}

const componentHook = (name: string, q: string): Step => ['run-hook', `Run ${name} hook of ${q} component if present`];

const unlinkStep = (q: string): Step => [
  'unlink-current-component',
  `Make current revision for component ${q} unavailable`,
];

const discardStep = (q: string): Step => ['discard-component', `Discard previous revision for component ${q}`];

const aloneSteps = ({ prepare, mount, unlink, profiles, link, hook, discard }: UploadedSteps): Step[] => [
  ...prepare,
  ...mount,
  ...unlink,
  profiles,
  link,
  hook,
  ...discard,
];

/** With its snap a component takes each step behind the snap's own; the profiles are those of the snap. */
function woven(chain: readonly Step[], snap: string, { prepare, mount, link, hook }: UploadedSteps): Step[] {
  const ofSnap = ['install', 'post-refresh'].map((name) => `Run ${name} hook of ${quote(snap)} snap if present`);
  return chain.flatMap((step): Step[] => {
    const [kind, summary] = step;
    if (kind === 'prepare-snap') return [step, ...prepare];
    if (kind === 'mount-snap') return [step, ...mount];
    if (kind === 'link-snap') return [step, link];
    return ofSnap.includes(summary) ? [step, hook] : [step];
  });
}

/** Steps that take a component away from its snap. */
export function removeComponentSteps(reference: string): Step[] {
  const q = quote(reference);
  return [componentHook('remove', q), unlinkStep(q), discardStep(q)];
}
