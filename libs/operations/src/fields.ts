import { timestampToNs } from '@corefleet/snapd-client';
import * as z from 'zod/mini';

/** Name of a snap or of a parallel instance of one (snapd snap/naming/validate.go). */
export const snapName = z
  .string()
  .check(z.regex(/^(?=.{2,51}$)(?=[^_]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*(?:_[a-z0-9]{1,10})?$/, 'invalid snap name'));

export const snapNames = z.array(snapName).check(z.minLength(1), z.maxLength(200));

/** A snap's name, or `system` (and its alias `core`) for the configuration of snapd itself. */
export const configurableName = snapName;

/** Dotted keys of a configuration. */
export const configurationKeys = z
  .array(z.string().check(z.minLength(1), z.maxLength(256)))
  .check(z.minLength(1), z.maxLength(100));

/** Revision as snapd writes it: `12`, or `x1` for a local one. */
export const revision = z.string().check(z.regex(/^x?[1-9][0-9]{0,9}$/, 'invalid snap revision'));

/** `risk`, `track`, `track/risk`, `risk/branch` or `track/risk/branch` (snapd snap/channel). */
export const channel = z
  .string()
  .check(
    z.regex(
      /^(?:(?:stable|candidate|beta|edge)(?:\/[A-Za-z0-9._-]+)?|[A-Za-z0-9._-]+(?:\/(?:stable|candidate|beta|edge)(?:\/[A-Za-z0-9._-]+)?)?)$/,
      'invalid channel',
    ),
  );

/** Label of a recovery system (snapd asserts/validateSystemLabel). */
export const systemLabel = z
  .string()
  .check(z.maxLength(64), z.regex(/^[a-z0-9](?:-?[a-z0-9])*$/, 'invalid seed system label'));

/** Id of an account in assertions (snapd asserts/account.go). */
export const accountId = z.string().check(z.regex(/^(?:[a-z0-9A-Z]{32}|[-a-z0-9]{2,28})$/, 'invalid account ID'));

/** Name of a validation set. */
export const setName = z.string().check(z.maxLength(150), z.regex(/^[a-z0-9](?:-?[a-z0-9])*$/, 'invalid name'));

/** Sequence number of a validation set. */
export const sequence = z.int('invalid sequence argument').check(z.minimum(1, 'invalid sequence argument'));

const setText = /^(?:[a-z0-9A-Z]{32}|[-a-z0-9]{2,28})\/[a-z0-9](?:-?[a-z0-9])*(?:=[1-9][0-9]{0,9})?$/;

/** `account/name`, or `account/name=sequence` to pin it. */
export const validationSet = z
  .string()
  .check(z.maxLength(200), z.regex(setText, 'expected account/name or account/name=sequence'));

export const validationSets = z.array(validationSet).check(z.minLength(1), z.maxLength(50));

export interface ValidationSetReference {
  readonly accountId: string;
  readonly name: string;
  readonly sequence?: number;
}

/** Takes apart what `validationSet` accepted. */
export function parseValidationSet(text: string): ValidationSetReference {
  const [key = '', sequence] = text.split('=');
  const [accountId = '', name = ''] = key.split('/');
  return { accountId, name, ...(sequence === undefined ? {} : { sequence: Number(sequence) }) };
}

/** Whether it is a time as Go reads RFC 3339: a day there is, with a zone, and at most nanoseconds. */
function isTimestamp(text: string): boolean {
  try {
    timestampToNs(text);
    return true;
  } catch {
    return false;
  }
}

/** A time with its zone, to the nanosecond. */
export const timestamp = z.string().check(z.refine(isTimestamp, 'expected a time in RFC3339 format'));

/** Until when a hold lasts (snapd daemon/api_snaps.go). */
export const holdTime = z
  .string()
  .check(
    z.refine(
      (text) => text === 'forever' || isTimestamp(text),
      'hold action requires time to be "forever" or in RFC3339 format',
    ),
  );

export const holdLevel = z.enum(
  ['auto-refresh', 'general'],
  'hold action requires hold-level to be either "auto-refresh" or "general"',
);

export const transaction = z.enum(['per-snap', 'all-snaps']);

export const changeId = z.string().check(z.regex(/^[1-9][0-9]{0,18}$/, 'invalid change id'));
