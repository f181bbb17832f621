import { decodeFirstJson } from '../go-text';
import { parseTime } from '../go-time';
import { badRequest } from './envelope';
import type { Exchange } from './exchange';

/** A request as the handlers see it: routed, body read. */
export class ApiRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly bytes: Uint8Array;
  /** Peer's uid, as SO_PEERCRED would tell. */
  readonly uid: number;
  /** The snap that asks over the snap socket. */
  readonly snap: string | undefined;
  /** Parts of the path, percent-decoded. */
  params: Record<string, string> = {};

  /** @param path without query */
  constructor(
    private readonly exchange: Exchange,
    readonly path: string,
    readonly query: URLSearchParams,
  ) {
    this.method = exchange.method;
    this.headers = exchange.headers;
    this.bytes = exchange.body;
    this.uid = exchange.uid;
    this.snap = exchange.snap;
  }

  /** The body as text; decoded when asked for, since a body may be a file. */
  get body(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString('utf8');
  }

  /** Calls `fn` when the peer goes away before its answer. */
  onGone(fn: () => void): void {
    this.exchange.onGone(fn);
  }
}

export type JsonObject = Record<string, unknown>;

/** Values of a query parameter given as a comma list and/or repeated; undefined when absent. */
export function queryList(request: ApiRequest, name: string): string[] | undefined {
  const values = request.query.getAll(name).flatMap((value) => value.split(','));
  const filled = values.map((value) => value.trim()).filter((value) => value !== '');
  return filled.length > 0 ? filled : undefined;
}

/**
 * The first JSON object of the body; what follows it is ignored, as snapd does (§8.1).
 * @param what the end of snapd's sentence `cannot decode request body into …`, or a whole sentence that begins with `cannot`
 * @param goType the type Go names when it is no object
 */
export function decodeObject(request: ApiRequest, what: string, goType?: string): JsonObject {
  return decodeObjectStrictly(request, what, goType).value;
}

/** As `decodeObject`, saying also whether anything follows the object. */
export function decodeObjectStrictly(
  request: ApiRequest,
  what: string,
  goType?: string,
): { value: JsonObject; trailing: boolean } {
  const sentence = what.startsWith('cannot') ? what : `cannot decode request body into ${what}`;
  const { value, trailing } = decoded(request.body, sentence);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const kind = Array.isArray(value) ? 'array' : typeof value;
    const type = goType === undefined ? '' : ` of type ${goType}`;
    throw badRequest(`${sentence}: json: cannot unmarshal ${kind} into Go value${type}`);
  }
  return { value: value as JsonObject, trailing };
}

function decoded(body: string, sentence: string): { value: unknown; trailing: boolean } {
  try {
    return decodeFirstJson(body);
  } catch (cause) {
    throw badRequest(`${sentence}: ${(cause as Error).message}`);
  }
}

export const stringField = (object: JsonObject, key: string): string => {
  const value = object[key];
  return typeof value === 'string' ? value : '';
};

export const booleanField = (object: JsonObject, key: string): boolean => object[key] === true;

export const stringListField = (object: JsonObject, key: string): string[] => {
  const value = object[key];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
};

/**
 * A time as Go decodes it from JSON, in nanoseconds; undefined when it is left out.
 * @param sentence how snapd begins to say that it is none
 * @throws ApiError 400 with the text of Go's time.Parse
 */
export function timeField(object: JsonObject, key: string, sentence: string): bigint | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  try {
    return parseTime(typeof value === 'string' ? value : '');
  } catch (cause) {
    throw badRequest(`${sentence}: ${(cause as Error).message}`);
  }
}
