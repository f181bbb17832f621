import { quote } from '../go-text';

/** A task of a snap's chain: its kind and summary (§3.7). */
export type Step = readonly [kind: string, summary: string];

const hook = (name: string, snap: string): Step => ['run-hook', `Run ${name} hook of ${quote(snap)} snap if present`];
const health = (snap: string): Step => ['run-hook', `Run health check of ${quote(snap)} snap`];

/** Getting a revision to the device: by download, or from disk when it is there already. */
function fetchSteps(snap: string, revision: number, channel: string, onDisk: boolean): Step[] {
  const q = quote(snap);
  const first: Step = ['prerequisites', `Ensure prerequisites for ${q} are available`];
  const second: Step = ['prerequisites', `Wait until prerequisites for ${q} are available`];
  if (onDisk) return [first, ['prepare-snap', `Prepare snap "" (${revision})`], second];
  return [
    first,
    ['download-snap', `Download snap ${q} (${revision}) from channel ${quote(channel)}`],
    ['validate-snap', `Fetch and check assertions for snap ${q} (${revision})`],
    second,
    ['mount-snap', `Mount snap ${q} (${revision})`],
  ];
}

function unlinkSteps(snap: string): Step[] {
  const q = quote(snap);
  return [
    ['stop-snap-services', `Stop snap ${q} services`],
    ['remove-aliases', `Remove aliases for snap ${q}`],
    ['unlink-current-snap', `Make current revision for snap ${q} unavailable`],
  ];
}

function linkSteps(snap: string, revision: number): Step[] {
  const q = quote(snap);
  return [
    ['setup-profiles', `Prepare snap ${q} (${revision}) for security profile setup`],
    ['link-snap', `Make snap ${q} (${revision}) available to the system`],
    ['auto-connect', `Automatically connect eligible plugs and slots of snap ${q}`],
    ['set-auto-aliases', `Set automatic aliases for snap ${q}`],
    ['setup-aliases', `Setup snap ${q} aliases`],
  ];
}

const startServices = (snap: string, revision: number): Step => [
  'start-snap-services',
  `Start snap ${quote(snap)} (${revision}) services`,
];

/** Steps of an installation. */
export function installSteps(snap: string, revision: number, channel: string): Step[] {
  return [
    ...fetchSteps(snap, revision, channel, false),
    ['copy-snap-data', `Copy snap ${quote(snap)} data`],
    ...linkSteps(snap, revision),
    hook('install', snap),
    hook('default-configure', snap),
    startServices(snap, revision),
    hook('configure', snap),
    health(snap),
  ];
}

/**
 * Steps of a refresh.
 * @param onDisk whether the revision is on the device already
 * @param discarded revisions that go beyond those retained
 */
export function refreshSteps(
  snap: string,
  revision: number,
  channel: string,
  onDisk: boolean,
  discarded: readonly number[],
): Step[] {
  return [
    ...fetchSteps(snap, revision, channel, onDisk),
    hook('pre-refresh', snap),
    ...unlinkSteps(snap),
    ['copy-snap-data', `Copy snap ${quote(snap)} data`],
    ...linkSteps(snap, revision),
    hook('post-refresh', snap),
    startServices(snap, revision),
    ...discarded.flatMap((old) => discardSteps(snap, old)),
    ['cleanup', `Clean up ${quote(snap)} (${revision}) install`],
    hook('configure', snap),
    health(snap),
  ];
}

/** Steps of going back to a revision on disk. */
export function revertSteps(snap: string, revision: number): Step[] {
  return [
    ...fetchSteps(snap, revision, '', true),
    ...unlinkSteps(snap),
    ...linkSteps(snap, revision),
    startServices(snap, revision),
    hook('configure', snap),
    health(snap),
  ];
}

function discardSteps(snap: string, revision: number): Step[] {
  return [
    ['clear-snap', `Remove data for snap ${quote(snap)} (${revision})`],
    ['discard-snap', `Remove snap ${quote(snap)} (${revision}) from the system`],
  ];
}

/** Steps of a removal. @param snapshot whether the snap's data is saved first */
export function removeSteps(snap: string, current: number, revisions: readonly number[], snapshot: boolean): Step[] {
  const q = quote(snap);
  const save: Step[] = snapshot ? [['save-snapshot', `Save data of snap ${q} in automatic snapshot set #1`]] : [];
  return [
    ['stop-snap-services', `Stop snap ${q} services`],
    ['run-hook', `Run remove hook of ${q} snap if present`],
    ['auto-disconnect', `Disconnect interfaces of snap ${q}`],
    ...save,
    ['remove-aliases', `Remove aliases for snap ${q}`],
    ['unlink-snap', `Make snap ${q} unavailable to the system`],
    ['remove-profiles', `Remove security profile for snap ${q} (${current})`],
    ...[...revisions].reverse().flatMap((revision) => discardSteps(snap, revision)),
  ];
}

/** Steps of removing one revision that is not the present one. */
export const removeRevisionSteps = discardSteps;

export function enableSteps(snap: string, revision: number): Step[] {
  const q = quote(snap);
  return [
    ['prepare-snap', `Prepare snap ${q} (${revision})`],
    ['setup-profiles', `Setup snap ${q} (${revision}) security profiles`],
    ['link-snap', `Make snap ${q} (${revision}) available to the system`],
    ['setup-aliases', `Setup snap ${q} aliases`],
    startServices(snap, revision),
  ];
}

export function disableSteps(snap: string, revision: number): Step[] {
  const q = quote(snap);
  return [
    ['stop-snap-services', `Stop snap ${q} (${revision}) services`],
    ['remove-aliases', `Remove aliases for snap ${q}`],
    ['unlink-snap', `Make snap ${q} (${revision}) unavailable to the system`],
    ['remove-profiles', `Remove security profiles of snap ${q}`],
  ];
}

export function switchSteps(kind: string, snap: string, from: string, to: string): Step[] {
  return [[kind, `Switch snap ${quote(snap)} from channel ${quote(from)} to ${quote(to)}`]];
}
