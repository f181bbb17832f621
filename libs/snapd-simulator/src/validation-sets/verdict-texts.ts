import { quote } from '../go-text';
import type { ValidationSetAssertion } from '../snaps/store';
import { combine, gather, pinnedRevisions, setKey, type Entry } from './constraints';
import type { Lack, Unmet } from './verdict';

/** snapd's text when the sets contradict each other, or undefined (§6.2, §10.37). */
export function conflictText(sets: readonly ValidationSetAssertion[]): string | undefined {
  const lines = gather(sets).flatMap((constraint): string[] => {
    const own =
      combine(constraint).kind === 'conflict' ? [conflictLine('snap', constraint.name, constraint.entries)] : [];
    const inner = constraint.components.filter((component) => combine(component).kind === 'conflict');
    return [
      ...own,
      ...inner.map(({ name, entries }) => conflictLine('component', `${constraint.name}+${name}`, entries)),
    ];
  });
  return lines.length > 0 ? `validation sets are in conflict:\n${lines.join('\n')}` : undefined;
}

function conflictLine(what: 'snap' | 'component', name: string, entries: readonly Entry[]): string {
  const invalid = entries.filter((entry) => entry.presence === 'invalid');
  const unpinned = entries.filter((entry) => entry.presence === 'required' && entry.revision === undefined);
  const revisions = pinnedRevisions(entries).map((revision) => `${revision} (${keysOf(pinnedAt(entries, revision))})`);
  let text = `- cannot constrain ${what} ${quote(name)}`;
  if (invalid.length > 0) text += ` as both invalid (${keysOf(invalid)}) and required`;
  if (revisions.length === 1) text += ` at revision ${revisions[0]}`;
  if (revisions.length > 1) text += ` at different revisions ${revisions.join(', ')}`;
  if (unpinned.length === 0) return text;
  const or = revisions.length > 0 ? ' or' : '';
  return `${text}${or}${invalid.length > 0 ? '' : ' required'} at any revision (${keysOf(unpinned)})`;
}

/** snapd's text for what is unmet (§6.2, §10.36). */
export function unmetText({ components, ...snaps }: Unmet): string {
  return [
    'validation sets assertions are not met:',
    ...block('missing required snaps', snaps.missing, requirement),
    ...block('invalid snaps', snaps.invalid, invalidity),
    ...block('snaps at wrong revisions', snaps.wrongRevision, pins),
    ...block('missing required components', components.missing, requirement),
    ...block('invalid components', components.invalid, invalidity),
    ...block('components at wrong revisions', components.wrongRevision, pins),
  ].join('\n');
}

function block(title: string, lacking: readonly Lack[], why: (entries: readonly Entry[]) => string): string[] {
  if (lacking.length === 0) return [];
  return [`- ${title}:`, ...lacking.map(({ about, entries }) => `  - ${about} (${why(entries)})`)];
}

const invalidity = (entries: readonly Entry[]): string => `invalid for sets ${keysOf(entries)}`;

// snapd counts the sets that merely allow the snap among those at any revision.
function requirement(entries: readonly Entry[]): string {
  const unpinned = entries.filter((entry) => entry.presence !== 'invalid' && entry.revision === undefined);
  const any = unpinned.length > 0 ? [`at any revision by sets ${keysOf(unpinned)}`] : [];
  return `required ${[...any, ...pinTexts(entries)].join(', ')}`;
}

const pins = (entries: readonly Entry[]): string => `required ${pinTexts(entries).join(', ')}`;

function pinTexts(entries: readonly Entry[]): string[] {
  return pinnedRevisions(entries).map(
    (revision) => `at revision ${revision} by sets ${keysOf(pinnedAt(entries, revision))}`,
  );
}

const pinnedAt = (entries: readonly Entry[], revision: number): Entry[] =>
  entries.filter((entry) => entry.presence !== 'invalid' && entry.revision === revision);

const keysOf = (entries: readonly Entry[]): string =>
  [...new Set(entries.map((entry) => setKey(entry.set)))].sort().join(',');
