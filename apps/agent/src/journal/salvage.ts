import { randomUUID } from 'node:crypto';
import type { CommandReport } from '@corefleet/contracts/device-protocol';
import { applyRecord, emptyJournalState, type JournalState } from './journal-state';
import type { Damage } from './provable';
import type { JournalRecord } from './record';

/**
 * The state that a damaged journal still proves. Nothing is carried out twice, and nothing accepted is dropped silently:
 *
 * - a command of which every record is there goes on;
 * - one that was started goes on too: its change is known, and following it again is harmless;
 * - every other one that has no end, or no acceptance any more, ends `unknown`: its request may have been sent;
 * - where accepted sequences may be missing, a fence keeps all that was signed until now from being begun: the server
 *   hands such commands out again, and each ends `unknown`;
 * - the id is a new one, for numbers may have been given out that nobody knows of any more, and the server sees by it
 *   that what it does not hear of is lost;
 * - notices are read from their beginning.
 */
export function salvage(records: readonly JournalRecord[], damage: Damage, enrolmentId: string): JournalState {
  const state = emptyJournalState();
  state.enrolmentId = enrolmentId;
  for (const record of records) applyRecord(state, record);
  if (state.enrolmentId !== enrolmentId) return state;
  // The server has an end whose record is lost.
  for (const record of records) if (record.t === 'acked') state.open.delete(record.commandId);
  for (const commandId of doubtful(records, damage.completeFrom, state))
    applyRecord(state, { t: 'end', report: unknownEnd(commandId, damage) });
  state.journalId = randomUUID();
  state.numbersUpTo = 0;
  state.cursor = undefined;
  if (!records.slice(damage.completeFrom).some(saysSequence)) state.fence = {};
  return state;
}

/** Commands that show and whose whole story does not. */
function doubtful(records: readonly JournalRecord[], completeFrom: number, state: JournalState): string[] {
  const over = new Set(
    records.flatMap((record) => {
      if (record.t === 'end') return [record.report.commandId];
      return record.t === 'acked' ? [record.commandId] : [];
    }),
  );
  for (const record of records.slice(completeFrom)) if (record.t === 'accepted') over.add(record.commandId);
  const shown = new Set(records.flatMap((record) => ('commandId' in record ? [record.commandId] : [])));
  return [...shown].filter((id) => {
    const open = state.open.get(id);
    return !over.has(id) && !(open?.intent && open.started);
  });
}

/** Sequences rise: one that is known behind the damage bounds those that were lost. */
const saysSequence = ({ t }: JournalRecord): boolean => t === 'accepted' || t === 'sequence';

function unknownEnd(commandId: string, { reason }: Damage): CommandReport {
  const message = `the agent's journal was damaged while it had the command: ${reason}`;
  return { commandId, state: 'unknown', changeIds: [], cause: 'journal-damaged', message };
}
