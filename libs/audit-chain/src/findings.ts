import type { ExportedEntry } from './entry-text';

/** Something that is not as it was sealed. */
export type Finding =
  | {
      readonly kind: 'edited' | 'added' | 'out-of-order' | 'seal-edited';
      readonly position: number;
      readonly entry: Named;
    }
  | { readonly kind: 'removed'; readonly position: number; readonly id?: number; readonly last: Removed }
  | { readonly kind: 'cut-off'; readonly position: number; readonly known: number; readonly at: string }
  | { readonly kind: 'stretch'; readonly position: number; readonly to: number }
  | { readonly kind: 'unreadable'; readonly position: number }
  | { readonly kind: 'checkpoint'; readonly position: number; readonly why: string };

/** The last of several in a row that are gone. */
interface Removed {
  readonly position: number;
  readonly id?: number;
}

/** What is known of an entry besides that something is wrong with it. */
export interface Named {
  readonly id: number;
  readonly text: string;
}

/** What a finding says, for people: it names the entry. */
export function findingText(finding: Finding): string {
  switch (finding.kind) {
    case 'edited':
      return `${named(finding.entry)} was edited: it is not what was sealed at position ${finding.position}`;
    case 'added':
      return `${named(finding.entry)} was added: no checkpoint knows it at position ${finding.position}`;
    case 'out-of-order':
      return `${named(finding.entry)} is out of order: it was sealed at position ${finding.position}`;
    case 'seal-edited':
      return `the seal of ${named(finding.entry)} was edited: its hash or position is not that of position ${finding.position}`;
    case 'removed':
      return removedText(finding);
    case 'cut-off':
      return `the log ends at ${finding.position}, the checkpoint of ${finding.at} knows ${finding.known}: cut off`;
    case 'stretch':
      return `the entries from position ${finding.position} to ${finding.to} are not those that were sealed; a checkpoint of them would say which`;
    case 'unreadable':
      return `the line after position ${finding.position} is none of an export`;
    case 'checkpoint':
      return `cannot believe the checkpoint from position ${finding.position}: ${finding.why}`;
  }
}

function removedText({ position, id, last }: Extract<Finding, { kind: 'removed' }>): string {
  const one = (at: number, of: number | undefined): string =>
    of === undefined ? `the entry at position ${at}` : `entry ${of} at position ${at}`;
  if (last.position === position) return `${one(position, id)} was removed`;
  return `${one(position, id)} and what follows up to ${one(last.position, last.id)} were removed`;
}

function named({ id, text }: Named): string {
  const entry = parsed(text);
  return entry ? `entry ${id} (${entry.action} by ${entry.actor.name} at ${entry.at})` : `entry ${id}`;
}

/** Of what may have been edited by anybody. */
function parsed(text: string): Pick<ExportedEntry, 'action' | 'actor' | 'at'> | undefined {
  try {
    const { action, actor, at } = JSON.parse(text) as ExportedEntry;
    return typeof actor.name === 'string' ? { action, actor, at } : undefined;
  } catch {
    return undefined;
  }
}
