import { SnapdError, SnapdGarbageError, type RequestSummary } from './errors';

/**
 * snapd is about to restart: `daemon-restart`, or `system-restart` with `value.op` `reboot`, `halt` or `poweroff`
 * (snapd client/client.go). Shown on every answer while it lasts.
 */
export interface Maintenance {
  kind: string;
  message: string;
  value?: unknown;
}

/** What every answer may tell besides its result (snapd daemon/response.go). */
export interface AnswerNotes {
  maintenance?: Maintenance;
  /** Number of pending warnings; absent when there are none. */
  'warning-count'?: number;
  /** When the newest pending warning was added; send it back to acknowledge them. */
  'warning-timestamp'?: string;
}

/** snapd did it at once. */
export interface SyncEnvelope extends AnswerNotes {
  type: 'sync';
  status: number;
  result: unknown;
}

/** snapd started a change. */
export interface AsyncEnvelope extends AnswerNotes {
  type: 'async';
  status: number;
  change: string;
  result: unknown;
}

/** snapd refused. */
export interface ErrorEnvelope extends AnswerNotes {
  type: 'error';
  status: number;
  message: string;
  kind?: string;
  value?: unknown;
}

/** A parsed answer of snapd. */
export type Envelope = SyncEnvelope | AsyncEnvelope | ErrorEnvelope;

/** An answer that started a change. `result` is null except for snapshots (`{"set-id": n}`). */
export interface AsyncAnswer {
  /** Decimal string; unique only within one life of snapd's state (it restarts at 1 after a factory reset). */
  changeId: string;
  result: unknown;
  maintenance?: Maintenance;
}

/**
 * Parses the JSON envelope around every answer. The HTTP status is taken as the truth, `type` as the meaning:
 * snapctl's failure is a 200 of type error.
 * @throws SnapdGarbageError when it is not snapd's envelope
 */
export function parseEnvelope(status: number, text: string, request: RequestSummary): Envelope {
  const garbage = (detail: string, cause?: unknown): SnapdGarbageError =>
    new SnapdGarbageError(request, `status ${status}, ${detail}: ${excerpt(text)}`, status, { cause });
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw garbage('not JSON', error);
  }
  if (!isObject(body)) throw garbage('not an object');
  const envelope = envelopeOf(status, body, garbage);
  addNotes(envelope, body);
  return envelope;
}

/** What an answer tells besides its result, alone. */
export function notesOf(envelope: Envelope): AnswerNotes {
  const notes: AnswerNotes = {};
  addNotes(notes, envelope);
  return notes;
}

/** Returns the result of a sync answer; throws the refusal, or SnapdGarbageError when a change was started instead. */
export function syncResult(envelope: Envelope, request: RequestSummary): unknown {
  if (envelope.type === 'sync') return envelope.result;
  throw unexpected(envelope, request);
}

/** Returns the change an answer started; throws the refusal, or SnapdGarbageError when there is no change. */
export function asyncAnswer(envelope: Envelope, request: RequestSummary): AsyncAnswer {
  if (envelope.type !== 'async') throw unexpected(envelope, request);
  const { change, result, maintenance } = envelope;
  return { changeId: change, result, ...(maintenance && { maintenance }) };
}

/** Whether `value` is a JSON object (not null, not a list). */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unexpected(envelope: Envelope, request: RequestSummary): Error {
  if (envelope.type === 'error') return new SnapdError(envelope, request);
  return new SnapdGarbageError(request, `did not expect an answer of type ${envelope.type}`, envelope.status);
}

function refusalOf(body: Record<string, unknown>): Pick<ErrorEnvelope, 'message' | 'kind' | 'value'> {
  const result = isObject(body.result) ? body.result : {};
  const message = typeof result.message === 'string' ? result.message : 'snapd refused without a message';
  return {
    message,
    ...(typeof result.kind === 'string' && result.kind !== '' && { kind: result.kind }),
    ...(result.value !== undefined && { value: result.value }),
  };
}

function envelopeOf(status: number, body: Record<string, unknown>, garbage: (detail: string) => Error): Envelope {
  if (body.type === 'sync') return { type: 'sync', status, result: body.result };
  if (body.type === 'async') {
    if (typeof body.change !== 'string' || body.change === '') throw garbage('async without a change id');
    return { type: 'async', status, change: body.change, result: body.result };
  }
  if (body.type === 'error') return { type: 'error', status, ...refusalOf(body) };
  throw garbage('no known type');
}

/** Field by field, for every answer passes here and few have any. */
function addNotes(notes: AnswerNotes, body: object): void {
  const { maintenance, 'warning-count': count, 'warning-timestamp': timestamp } = body as Record<string, unknown>;
  if (isObject(maintenance)) notes.maintenance = toMaintenance(maintenance);
  if (typeof count === 'number') notes['warning-count'] = count;
  if (typeof timestamp === 'string') notes['warning-timestamp'] = timestamp;
}

function toMaintenance(from: Record<string, unknown>): Maintenance {
  const kind = typeof from.kind === 'string' ? from.kind : '';
  const message = typeof from.message === 'string' ? from.message : '';
  return { kind, message, ...(from.value !== undefined && { value: from.value }) };
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
