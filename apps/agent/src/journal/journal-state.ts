import type { CommandReport, SignedCommand } from '@corefleet/contracts/device-protocol';
import type { Started } from '@corefleet/operations';
import type { Intent, JournalRecord, NoticesCursor } from './record';

/** A command that was accepted and has not ended. */
export interface OpenCommand {
  readonly commandId: string;
  readonly sequence: number;
  readonly command: SignedCommand;
  readonly acceptedAtMs: number;
  readonly intent?: Intent;
  readonly started?: Started;
  /** Of the change that was started, as snapd writes it. */
  readonly spawnTime?: string;
}

export interface JournalState {
  journalId: string | undefined;
  enrolmentId: string | undefined;
  numbersUpTo: number;
  lastSequence: number;
  readonly open: Map<string, OpenCommand>;
  /** Ends, oldest first: those the server has not acknowledged and the newest of those it has. */
  readonly ends: Map<string, { readonly report: CommandReport; readonly acked: boolean }>;
  cursor: NoticesCursor | undefined;
  timeFloorMs: number;
  /** Nothing signed up to then is begun; without a time nothing at all. See record `fence`. */
  fence: { readonly untilMs?: number } | undefined;
}

/** Acknowledged ends kept, so that a command delivered once more is answered with how it ended. */
export const KEPT_ENDS = 20;

export const emptyJournalState = (): JournalState => ({
  journalId: undefined,
  enrolmentId: undefined,
  numbersUpTo: 0,
  lastSequence: 0,
  open: new Map(),
  ends: new Map(),
  cursor: undefined,
  timeFloorMs: 0,
  fence: undefined,
});

/** Folds one record into the state. */
export function applyRecord(state: JournalState, record: JournalRecord): void {
  switch (record.t) {
    case 'journal':
      Object.assign(state, { ...emptyJournalState(), journalId: record.id, enrolmentId: record.enrolmentId });
      return;
    case 'renamed':
      state.journalId = record.id;
      state.numbersUpTo = 0;
      return;
    case 'fence':
      state.fence = { ...(record.untilMs !== undefined && { untilMs: record.untilMs }) };
      return;
    case 'numbers':
      state.numbersUpTo = Math.max(state.numbersUpTo, record.upTo);
      return;
    case 'sequence':
      state.lastSequence = Math.max(state.lastSequence, record.sequence);
      return;
    case 'accepted':
      return applyAccepted(state, record);
    case 'intent':
      return change(state, record.commandId, (open) => ({ ...open, intent: record.intent }));
    case 'withdrawn':
      return change(state, record.commandId, ({ intent: _over, ...open }) => open);
    case 'started':
      return change(state, record.commandId, (open) => ({ ...open, started: record.started }));
    case 'spawned':
      return change(state, record.commandId, (open) => ({ ...open, spawnTime: record.spawnTime }));
    case 'end':
      state.lastSequence = Math.max(state.lastSequence, record.sequence ?? 0);
      state.open.delete(record.report.commandId);
      state.ends.set(record.report.commandId, { report: record.report, acked: false });
      return;
    case 'acked':
      return applyAcked(state, record.commandId);
    case 'cursor':
      state.cursor = record.cursor;
      return;
    case 'time':
      state.timeFloorMs = Math.max(state.timeFloorMs, record.floorMs);
  }
}

/** The shortest list of records that folds into this state. */
export function recordsOf(state: JournalState): JournalRecord[] {
  const records: JournalRecord[] = [];
  if (state.journalId && state.enrolmentId)
    records.push({ t: 'journal', id: state.journalId, enrolmentId: state.enrolmentId });
  records.push({ t: 'numbers', upTo: state.numbersUpTo }, { t: 'sequence', sequence: state.lastSequence });
  records.push({ t: 'time', floorMs: state.timeFloorMs });
  if (state.fence) records.push({ t: 'fence', ...state.fence });
  if (state.cursor) records.push({ t: 'cursor', cursor: state.cursor });
  for (const open of state.open.values()) records.push(...recordsOfOpen(open));
  for (const [commandId, { report, acked }] of state.ends) {
    records.push({ t: 'end', report });
    if (acked) records.push({ t: 'acked', commandId });
  }
  return records;
}

function recordsOfOpen(open: OpenCommand): JournalRecord[] {
  const { commandId, sequence, command, acceptedAtMs, intent, started, spawnTime } = open;
  return [
    { t: 'accepted', sequence, commandId, command, atMs: acceptedAtMs },
    ...(intent ? [{ t: 'intent' as const, commandId, intent }] : []),
    ...(started ? [{ t: 'started' as const, commandId, started }] : []),
    ...(spawnTime === undefined ? [] : [{ t: 'spawned' as const, commandId, spawnTime }]),
  ];
}

function applyAccepted(state: JournalState, record: JournalRecord & { t: 'accepted' }): void {
  const { commandId, sequence, command, atMs } = record;
  state.lastSequence = Math.max(state.lastSequence, sequence);
  state.open.set(commandId, { commandId, sequence, command, acceptedAtMs: atMs });
}

function applyAcked(state: JournalState, commandId: string): void {
  const end = state.ends.get(commandId);
  if (!end) return;
  state.ends.set(commandId, { report: end.report, acked: true });
  const acked = [...state.ends].filter(([, { acked }]) => acked);
  for (const [id] of acked.slice(0, Math.max(0, acked.length - KEPT_ENDS))) state.ends.delete(id);
}

function change(state: JournalState, commandId: string, edit: (open: OpenCommand) => OpenCommand): void {
  const open = state.open.get(commandId);
  if (open) state.open.set(commandId, edit(open));
}
