/** A request as it was sent. At most one of `json`, `text` and `form` is there. */
export interface RecordedRequest {
  method: string;
  /** With query, as sent. */
  path: string;
  headers?: Record<string, string>;
  /** Sent as `application/json` unless `headers` say otherwise. */
  json?: unknown;
  text?: string;
  /** Sent as multipart/form-data; a file is a name of its field and a file name in `snaps/` (or any other, with the text "hello"). */
  form?: { fields: [name: string, value: string][]; files: [field: string, fileName: string][] };
  /** Who asked; 0 when left out. */
  uid?: number;
}

/** A change as snapd showed it when it was ready. */
export type RecordedChange = Record<string, unknown> & { id: string };

/** One request and its whole answer. */
export interface RecordedAnswer {
  /** Resource the request is about. */
  family: string;
  name: string;
  /** Missing where a step only reads the change that an earlier one of its family started. */
  request?: RecordedRequest;
  /** The request failed like this instead of being answered. */
  error?: string;
  status?: number;
  /** Without date and connection. */
  headers?: Record<string, string>;
  /** Decoded when it was `application/json`, else text; the bytes of a snap are left out as `<snap file>`. */
  body?: unknown;
  /** The change the answer accepted, once it was ready. */
  change?: RecordedChange;
  /** Name of the step of the same family that was sent while this one waited. */
  during?: string;
}

/** A request whose change was watched until it was ready. */
export interface RecordedTimeline {
  timeline: string;
  request: RecordedRequest;
  status: number;
  body: Record<string, unknown>;
  /** Statuses of the change in the order a poll every 25 ms saw them; error codes while there was no socket. */
  road?: string[];
  /** Answer of the abort that was sent on the way. */
  abort?: Record<string, unknown>;
  /** The first `maintenance` an answer carried on the way. */
  maintenance?: unknown;
  /** What a long-poll for the change saw: occurrences, or why it failed. */
  notices?: unknown[];
  /** Body of the last GET of the change. */
  final?: Record<string, unknown> & { result: RecordedChange };
}

export type RecordedStep = RecordedAnswer | RecordedTimeline;

export const isTimeline = (step: RecordedStep): step is RecordedTimeline => 'timeline' in step;
