import { pinnedIn, setsOf, type Conflict } from './conflicts';
import type { Lack, Lacks, Unmet } from './unmet';
import type { EnforceVerdict, RefreshVerdict } from './verdict';

/** snapd's words for conflicts among sets. */
export const conflictText = (conflicts: readonly Conflict[]): string =>
  ['validation sets are in conflict:', ...conflicts.map((conflict) => `- ${conflictLine(conflict)}`)].join('\n');

/** snapd's words for one conflict: `cannot constrain snap "x" as both invalid (a/b) and required at revision 5 (c/d)`. */
export function conflictLine({ snap, component, invalid, pinned, required }: Conflict): string {
  const what = component === undefined ? `snap "${snap}"` : `component "${snap}+${component}"`;
  const revisions = pinned.map(({ revision, sets }) => `${revision} (${sets.join(',')})`).join(', ');
  const parts = [`cannot constrain ${what}`];
  if (invalid.length > 0) parts.push(`as both invalid (${invalid.join(',')}) and required`);
  if (pinned.length > 0) parts.push(`at ${pinned.length > 1 ? 'different revisions' : 'revision'} ${revisions}`);
  if (required.length > 0) {
    if (pinned.length > 0) parts.push('or');
    parts.push(`${invalid.length > 0 ? '' : 'required '}at any revision (${required.join(',')})`);
  }
  return parts.join(' ');
}

/** snapd's words for sets that are not met. */
export const unmetText = ({ snaps, components }: Unmet): string =>
  ['validation sets assertions are not met:', ...blocks(snaps, 'snaps'), ...blocks(components, 'components')].join(
    '\n',
  );

function blocks({ missing, invalid, wrongRevision }: Lacks, what: 'snaps' | 'components'): string[] {
  return [
    ...block(`missing required ${what}`, missing, missingText),
    ...block(`invalid ${what}`, invalid, ({ says }) => `invalid for sets ${setsOf(says).join(',')}`),
    ...block(`${what} at wrong revisions`, wrongRevision, ({ says }) => `required ${pinTexts({ says }).join(', ')}`),
  ];
}

const block = (title: string, lacks: readonly Lack[], why: (lack: Lack) => string): string[] =>
  lacks.length === 0 ? [] : [`- ${title}:`, ...lacks.map((lack) => `  - ${nameOf(lack)} (${why(lack)})`)];

// snapd counts the sets that merely allow it among those that want it at any revision.
function missingText({ says }: Lack): string {
  const any = setsOf(says.filter(({ presence, revision }) => presence !== 'invalid' && !revision));
  const atAny = any.length > 0 ? [`at any revision by sets ${any.join(',')}`] : [];
  return `required ${[...atAny, ...pinTexts({ says })].join(', ')}`;
}

const pinTexts = ({ says }: Pick<Lack, 'says'>): string[] =>
  pinnedIn(says).map(({ revision, sets }) => `at revision ${revision} by sets ${sets.join(',')}`);

const nameOf = ({ snap, component }: Lack): string => (component === undefined ? snap : `${snap}+${component}`);

/** The message of snapd's refusal to enforce; undefined when it does. */
export function enforceRefusalText(verdict: EnforceVerdict): string | undefined {
  if (verdict.kind === 'enforced') return undefined;
  const why = verdict.kind === 'conflict' ? conflictText(verdict.conflicts) : unmetText(verdict.unmet);
  return `cannot enforce validation set: ${why}`;
}

/** The message of snapd's refusal to refresh to the sets; undefined when it takes the request. */
export function refreshRefusalText(verdict: RefreshVerdict): string | undefined {
  if (verdict.kind === 'refreshed') return undefined;
  if (verdict.kind === 'conflict') return `cannot refresh: ${conflictText(verdict.conflicts)}`;
  const [what, names] =
    verdict.snaps.length > 0 ? ['snaps', verdict.snaps] : (['components', verdict.components] as const);
  const quoted = names.map((name) => `"${name}"`).join(', ');
  return `cannot refresh: cannot auto-resolve validation set constraints that require removing ${what}: ${quoted}`;
}
