import { decodeFirstJson } from '../go-text';
import { badRequest } from './envelope';

/** A request as the handlers see it: routed, body read. */
export interface ApiRequest {
  method: string;
  /** Path without query, percent-decoded per segment in `params`. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: string;
  /** Peer's uid, as SO_PEERCRED would tell. */
  uid: number;
  params: Record<string, string>;
  /** Calls `fn` when the peer goes away before its answer. */
  onGone(fn: () => void): void;
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
 * @param what the end of snapd's sentence `cannot decode request body into …`
 */
export function decodeObject(request: ApiRequest, what: string): JsonObject {
  return decodeObjectStrictly(request, what).value;
}

/** As `decodeObject`, saying also whether anything follows the object. */
export function decodeObjectStrictly(request: ApiRequest, what: string): { value: JsonObject; trailing: boolean } {
  const { value, trailing } = decoded(request.body, what);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const kind = Array.isArray(value) ? 'array' : typeof value;
    throw badRequest(`cannot decode request body into ${what}: json: cannot unmarshal ${kind} into Go value`);
  }
  return { value: value as JsonObject, trailing };
}

function decoded(body: string, what: string): { value: unknown; trailing: boolean } {
  try {
    return decodeFirstJson(body);
  } catch (cause) {
    throw badRequest(`cannot decode request body into ${what}: ${(cause as Error).message}`);
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
