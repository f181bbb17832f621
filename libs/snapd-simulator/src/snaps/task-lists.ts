import type { SnapRole } from '../device/boot-snaps';
import { quote } from '../go-text';

/** A task of a snap's chain: its kind and summary (§3.7). */
export type Step = readonly [kind: string, summary: string];

/** What the chain of one snap is made from. */
export interface ChainAbout {
  snap: string;
  /** As summaries write it. */
  revision: string;
  /** Channel of the download, as summaries write it. */
  channel: string;
  role: SnapRole;
  /** The revision is on the device already. */
  onDisk?: boolean;
  /** The uploaded file it comes from. */
  file?: string;
  /** On a classic system nothing is booted with. */
  classic?: boolean;
  /** snapd before 2.75: a look at prerequisites less, and profiles set up at once. */
  old?: boolean;
}

const hook = (name: string, snap: string): Step => ['run-hook', `Run ${name} hook of ${quote(snap)} snap if present`];
const health = (snap: string): Step => ['run-hook', `Run health check of ${quote(snap)} snap`];

/** Getting a revision to the device: by download, or from disk when it is there already. */
function fetchSteps({ snap, revision, channel, onDisk, file, old }: ChainAbout): Step[] {
  const q = quote(snap);
  const first: Step = ['prerequisites', `Ensure prerequisites for ${q} are available`];
  const second: Step[] = old ? [] : [['prerequisites', `Wait until prerequisites for ${q} are available`]];
  const mount: Step = ['mount-snap', `Mount snap ${q} (${revision})`];
  if (onDisk) return [first, ['prepare-snap', `Prepare snap "" (${revision})`], ...second];
  if (file !== undefined)
    return [first, ['prepare-snap', `Prepare snap ${quote(file)} (${revision})`], ...second, mount];
  return [
    first,
    ['download-snap', `Download snap ${q} (${revision}) from channel ${quote(channel)}`],
    ['validate-snap', `Fetch and check assertions for snap ${q} (${revision})`],
    ...second,
    mount,
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

/** What a kernel or gadget changes on the boot disk before it is linked. */
function assetSteps({ snap, revision, role }: ChainAbout): Step[] {
  const about = `${quote(snap)} (${revision})`;
  if (role === 'kernel') {
    return [
      ['prepare-kernel-snap', `Prepare kernel driver tree for ${about}`],
      ['update-gadget-assets', `Update assets from kernel ${about}`],
    ];
  }
  if (role !== 'gadget') return [];
  return [
    ['update-gadget-assets', `Update assets from gadget ${about}`],
    ['update-gadget-cmdline', `Update kernel command line from gadget ${about}`],
  ];
}

function linkSteps({ snap, revision, role, classic, old }: ChainAbout, isNew: boolean): Step[] {
  const q = quote(snap);
  const about = `${q} (${revision})`;
  const reseal: Step[] =
    role === 'snapd' && !isNew && !classic ? [['check-reseal', `Validate key resealing for snap ${about}`]] : [];
  const managed: Step = ['update-managed-boot-config', `Update managed boot config assets from ${about}`];
  return [
    [
      'setup-profiles',
      old ? `Setup snap ${about} security profiles` : `Prepare snap ${about} for security profile setup`,
    ],
    ['link-snap', `Make snap ${about} available to the system`],
    ...reseal,
    autoConnectStep(snap),
    ['set-auto-aliases', `Set automatic aliases for snap ${q}`],
    ['setup-aliases', `Setup snap ${q} aliases`],
    ...(role === 'snapd' && !classic ? [managed] : []),
  ];
}

/** The task that finds what a snap connects to by itself. */
export const autoConnectStep = (snap: string): Step => [
  'auto-connect',
  `Automatically connect eligible plugs and slots of snap ${quote(snap)}`,
];

/** What follows the install or post-refresh hook of a snap the system boots with. */
function bootSteps({ snap, revision, role }: ChainAbout): Step[] {
  const discard = `Discard previous kernel driver tree for ${quote(snap)} (${revision})`;
  if (role === 'kernel') return [['discard-old-kernel-snap-setup', discard]];
  return role === 'boot-base' ? [['update-cert-db', 'Update certificate database']] : [];
}

const startServices = ({ snap, revision }: { snap: string; revision: string }): Step => [
  'start-snap-services',
  `Start snap ${quote(snap)} (${revision}) services`,
];

/** Bases and snapd have no configuration, so none of its hooks. */
function configureSteps(name: 'configure' | 'default-configure', { snap, role }: ChainAbout): Step[] {
  return role === 'app' || role === 'kernel' || role === 'gadget' ? [hook(name, snap)] : [];
}

/** Steps of an installation. */
export function installSteps(about: ChainAbout): Step[] {
  const { snap } = about;
  return [...installedSteps(fetchSteps(about), about), ...configureSteps('configure', about), health(snap)];
}

/** Steps of seeding a snap from the recovery system; its configure hook runs when all snaps are there. */
export function seedSteps(about: ChainAbout): Step[] {
  const { snap, revision } = about;
  const file = `/var/lib/snapd/seed/snaps/${snap}_${revision}.snap`;
  const fetched = fetchSteps({ ...about, onDisk: true }).map(([kind, summary]): Step => [
    kind,
    kind === 'prepare-snap' ? `Prepare snap ${quote(file)} (${revision})` : summary,
  ]);
  return installedSteps([...fetched, ['mount-snap', `Mount snap ${quote(snap)} (${revision})`]], about);
}

/** The configure hook of a seeded snap, if it may have one. */
export const seedConfigureSteps = (about: ChainAbout): Step[] => configureSteps('configure', about);

function installedSteps(fetched: readonly Step[], about: ChainAbout): Step[] {
  return [
    ...fetched,
    ...assetSteps(about),
    ['copy-snap-data', `Copy snap ${quote(about.snap)} data`],
    ...linkSteps(about, true),
    hook('install', about.snap),
    ...bootSteps(about),
    ...configureSteps('default-configure', about),
    startServices(about),
  ];
}

/**
 * Steps of a refresh.
 * @param discarded revisions that go beyond those retained
 */
export function refreshSteps(about: ChainAbout, discarded: readonly string[]): Step[] {
  const { snap, revision } = about;
  return [
    ...fetchSteps(about),
    hook('pre-refresh', snap),
    ...unlinkSteps(snap),
    ...assetSteps(about),
    ['copy-snap-data', `Copy snap ${quote(snap)} data`],
    ...linkSteps(about, false),
    hook('post-refresh', snap),
    ...bootSteps(about),
    startServices(about),
    ...discarded.flatMap((old) => discardSteps(snap, old)),
    ['cleanup', `Clean up ${quote(snap)} (${revision}) install`],
    ...configureSteps('configure', about),
    health(snap),
  ];
}

/** Steps of going back to a revision on disk. */
export function revertSteps(about: ChainAbout): Step[] {
  return [
    ...fetchSteps({ ...about, onDisk: true }),
    ...unlinkSteps(about.snap),
    ...assetSteps(about),
    ...linkSteps(about, false),
    ...bootSteps(about),
    startServices(about),
    ...configureSteps('configure', about),
    health(about.snap),
  ];
}

function discardSteps(snap: string, revision: string): Step[] {
  return [
    ['clear-snap', `Remove data for snap ${quote(snap)} (${revision})`],
    ['discard-snap', `Remove snap ${quote(snap)} (${revision}) from the system`],
  ];
}

/**
 * Steps of a removal.
 * @param revisions those on disk, oldest first
 * @param snapshotSet the automatic snapshot set that the snap's data is saved in first, if any
 */
export function removeSteps(
  snap: string,
  current: string,
  revisions: readonly string[],
  snapshotSet: number | undefined,
): Step[] {
  const q = quote(snap);
  const summary = `Save data of snap ${q} in automatic snapshot set #${snapshotSet}`;
  const save: Step[] = snapshotSet === undefined ? [] : [['save-snapshot', summary]];
  return [
    ['stop-snap-services', `Stop snap ${q} services`],
    ['run-hook', `Run remove hook of ${q} snap if present`],
    ['auto-disconnect', `Disconnect interfaces of snap ${q}`],
    ...save,
    ['remove-aliases', `Remove aliases for snap ${q}`],
    ['unlink-snap', `Make snap ${q} unavailable to the system`],
    ['remove-profiles', `Remove security profile for snap ${q} (${current})`],
    ...[...revisions.filter((revision) => revision !== current).reverse(), current].flatMap((revision) =>
      discardSteps(snap, revision),
    ),
  ];
}

/** Steps of removing one revision that is not the present one. */
export const removeRevisionSteps = discardSteps;

export function enableSteps(snap: string, revision: string): Step[] {
  const q = quote(snap);
  return [
    ['prepare-snap', `Prepare snap ${q} (${revision})`],
    ['setup-profiles', `Setup snap ${q} (${revision}) security profiles`],
    ['link-snap', `Make snap ${q} (${revision}) available to the system`],
    ['setup-aliases', `Setup snap ${q} aliases`],
    startServices({ snap, revision }),
  ];
}

export function disableSteps(snap: string, revision: string): Step[] {
  const q = quote(snap);
  return [
    ['stop-snap-services', `Stop snap ${q} (${revision}) services`],
    ['remove-aliases', `Remove aliases for snap ${q}`],
    ['unlink-snap', `Make snap ${q} (${revision}) unavailable to the system`],
    ['remove-profiles', `Remove security profiles of snap ${q}`],
  ];
}

export function switchSteps(kind: string, snap: string, from: string, to: string): Step[] {
  const road = from === '' ? `to channel ${quote(to)}` : `from channel ${quote(from)} to ${quote(to)}`;
  return [[kind, `Switch snap ${quote(snap)} ${road}`]];
}
