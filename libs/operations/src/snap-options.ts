import type { Snap } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { channel, cohortKey, componentName, flag, revision, snapName, transaction } from './fields';

/** Which revision of one snap, and how confined: not for several at once (snapd daemon/api_snaps.go). */
export const revisionOptions = {
  channel: z.optional(channel),
  revision: z.optional(revision),
  'cohort-key': z.optional(cohortKey),
  devmode: flag,
  jailmode: flag,
  classic: flag,
};

/** How to treat a running or unusual system; for one snap and for several. */
export const commonOptions = {
  transaction: z.optional(transaction),
  /** Sticks to the snaps until they are refreshed without. */
  'ignore-validation': flag,
  /** Go on although apps run. */
  'ignore-running': flag,
  /** Restart at once, not after a minute, where a restart is needed. */
  'system-restart-immediate': flag,
};

export const componentNames = z.array(componentName).check(z.minLength(1), z.maxLength(50));

/** Components by snap. */
export const components = z.optional(z.record(snapName, componentNames));

type Common = { readonly [K in keyof typeof commonOptions]?: z.infer<(typeof commonOptions)[K]> };

/** The common options alone, as a request for several snaps takes them. */
export function commonOf(options: Common) {
  const { transaction: kind, ...rest } = options;
  return {
    transaction: kind,
    'ignore-validation': rest['ignore-validation'],
    'ignore-running': rest['ignore-running'],
    'system-restart-immediate': rest['system-restart-immediate'],
  };
}

interface Asked {
  readonly channel?: string | undefined;
  readonly revision?: string | undefined;
  readonly 'cohort-key'?: string | undefined;
  readonly 'leave-cohort'?: boolean | undefined;
  readonly devmode?: boolean | undefined;
  readonly jailmode?: boolean | undefined;
  readonly classic?: boolean | undefined;
  readonly prefer?: boolean | undefined;
  readonly amend?: boolean | undefined;
}

/** Whether something is asked that only one snap can be asked. */
export const isForOne = (p: Asked): boolean =>
  [p.channel, p.revision, p['cohort-key'], p['leave-cohort'], p.devmode, p.jailmode, p.classic, p.prefer, p.amend].some(
    (option) => option !== undefined,
  );

/** What snapd says of options that exclude each other; undefined when they do not. */
export function optionProblem(p: Asked, snaps: number): string | undefined {
  if (snaps !== 1 && isForOne(p)) return 'unsupported option provided for multi-snap operation';
  if (p.devmode && p.jailmode) return 'cannot use devmode and jailmode flags together';
  if (p.devmode && p.classic) return 'cannot use classic and devmode flags together';
  if (p['cohort-key'] && p.revision) return 'cannot specify both cohort-key and revision';
  if (p['cohort-key'] && p['leave-cohort']) return 'cannot specify both cohort-key and leave-cohort';
  return undefined;
}

/** What a verdict shows of a snap. */
export const shownSnap = (snap: Snap) => ({
  name: snap.name,
  revision: snap.revision,
  'tracking-channel': snap['tracking-channel'],
  'cohort-key': snap['cohort-key'],
  components: installedComponents(snap),
});

/** Names of a snap's components that are on disk: snapd lists the others too, without a revision. */
export function installedComponents({ components: parts }: Snap): string[] | undefined {
  return parts?.filter(({ revision: installed }) => installed !== undefined).map(({ name }) => name);
}

/** The first wanted component that is not installed, as `snap+component`. */
export function missingComponent(snaps: readonly Snap[], wanted: z.infer<typeof components>): string | undefined {
  for (const [name, parts] of Object.entries(wanted ?? {})) {
    const snap = snaps.find((candidate) => candidate.name === name);
    const missing = parts.find((part) => !(snap && installedComponents(snap))?.includes(part));
    if (missing) return `${name}+${missing}`;
  }
  return undefined;
}
