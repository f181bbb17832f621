import { quote } from '../go-text';
import type { ValidationSetAssertion } from '../snaps/store';
import { combine, gather, pinnedRevisions, setKey, type Entry, type SnapConstraint } from './constraints';

/** Revision of an installed snap by name, or undefined; `ignored` snaps are passed over where snapd does so. */
export type InstalledRevision = (name: string, id?: string) => number | undefined;

/** What the installed snaps lack to meet a combination without conflict, as constraints. */
export interface Unmet {
  missing: SnapConstraint[];
  invalid: SnapConstraint[];
  wrongRevision: SnapConstraint[];
}

/** snapd's text when the sets contradict each other, or undefined (§6.2, §10.37). */
export function conflictText(sets: readonly ValidationSetAssertion[]): string | undefined {
  const lines = gather(sets)
    .filter((constraint) => combine(constraint).kind === 'conflict')
    .map((constraint) => `- ${conflictLine(constraint)}`);
  return lines.length > 0 ? `validation sets are in conflict:\n${lines.join('\n')}` : undefined;
}

/** What is unmet; undefined when everything is. Call it only for sets without conflict. */
export function unmet(sets: readonly ValidationSetAssertion[], installed: InstalledRevision): Unmet | undefined {
  const result: Unmet = { missing: [], invalid: [], wrongRevision: [] };
  for (const constraint of gather(sets)) {
    const effective = combine(constraint);
    const revision = installed(constraint.name, constraint.id);
    if (effective.kind === 'conflict') continue;
    if (effective.kind === 'invalid') {
      if (revision !== undefined) result.invalid.push(constraint);
    } else if (revision === undefined) {
      if (effective.kind === 'required') result.missing.push(constraint);
    } else if (effective.revision !== undefined && effective.revision !== revision) {
      result.wrongRevision.push(constraint);
    }
  }
  const all = result.missing.length + result.invalid.length + result.wrongRevision.length;
  return all > 0 ? result : undefined;
}

/** snapd's text for what is unmet (§6.2, §10.36). */
export function unmetText(lacking: Unmet): string {
  return [
    'validation sets assertions are not met:',
    ...block('missing required snaps', lacking.missing, requirement),
    ...block('invalid snaps', lacking.invalid, (constraint) => `invalid for sets ${keysOf(constraint.entries)}`),
    ...block('snaps at wrong revisions', lacking.wrongRevision, pins),
  ].join('\n');
}

function block(title: string, constraints: SnapConstraint[], about: (constraint: SnapConstraint) => string): string[] {
  if (constraints.length === 0) return [];
  return [`- ${title}:`, ...constraints.map((constraint) => `  - ${constraint.name} (${about(constraint)})`)];
}

// snapd counts the sets that merely allow the snap among those at any revision.
function requirement(constraint: SnapConstraint): string {
  const unpinned = constraint.entries.filter((entry) => entry.presence !== 'invalid' && entry.revision === undefined);
  const any = unpinned.length > 0 ? [`at any revision by sets ${keysOf(unpinned)}`] : [];
  return `required ${[...any, ...pinTexts(constraint)].join(', ')}`;
}

const pins = (constraint: SnapConstraint): string => `required ${pinTexts(constraint).join(', ')}`;

function pinTexts(constraint: SnapConstraint): string[] {
  return pinnedRevisions(constraint).map(
    (revision) => `at revision ${revision} by sets ${keysOf(pinnedAt(constraint, revision))}`,
  );
}

function conflictLine(constraint: SnapConstraint): string {
  const invalid = constraint.entries.filter((entry) => entry.presence === 'invalid');
  const unpinned = constraint.entries.filter((entry) => entry.presence === 'required' && entry.revision === undefined);
  const revisions = pinnedRevisions(constraint).map(
    (revision) => `${revision} (${keysOf(pinnedAt(constraint, revision))})`,
  );
  let text = `cannot constrain snap ${quote(constraint.name)}`;
  if (invalid.length > 0) text += ` as both invalid (${keysOf(invalid)}) and required`;
  if (revisions.length === 1) text += ` at revision ${revisions[0]}`;
  if (revisions.length > 1) text += ` at different revisions ${revisions.join(', ')}`;
  if (unpinned.length === 0) return text;
  const or = revisions.length > 0 ? ' or' : '';
  return `${text}${or}${invalid.length > 0 ? '' : ' required'} at any revision (${keysOf(unpinned)})`;
}

const pinnedAt = (constraint: SnapConstraint, revision: number): Entry[] =>
  constraint.entries.filter((entry) => entry.presence !== 'invalid' && entry.revision === revision);

const keysOf = (entries: readonly Entry[]): string =>
  [...new Set(entries.map((entry) => setKey(entry.set)))].sort().join(',');
