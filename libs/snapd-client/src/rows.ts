import { isObject } from './envelope';
import { SnapdGarbageError, type RequestSummary } from './errors';

type FieldType = 'string' | 'number' | 'boolean';

/** The fields a row must have to be one; everything else in it is passed on as snapd sent it. */
export type RequiredFields<T> = { [K in keyof T]?: FieldType };

/**
 * One object of a result, its identifying fields checked.
 * @throws SnapdGarbageError when it is not an object or lacks one of them
 */
export function toRow<T>(value: unknown, required: RequiredFields<T>, request: RequestSummary): T {
  if (!isObject(value)) throw new SnapdGarbageError(request, 'the result is not an object');
  for (const [field, type] of Object.entries(required)) {
    if (typeof value[field] !== type) throw new SnapdGarbageError(request, `field ${field} is not a ${String(type)}`);
  }
  return value as T;
}

/**
 * A list result, each row checked. Absent and null mean empty: Go encodes an empty list as null.
 * @throws SnapdGarbageError when it is not a list or a row is not one
 */
export function toRows<T>(value: unknown, required: RequiredFields<T>, request: RequestSummary): T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new SnapdGarbageError(request, 'the result is not a list');
  return value.map((row) => toRow<T>(row, required, request));
}
