import { timestampToNs } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { channelProblem, quoted, quotaGroupProblem, setProblem } from './snapd-words';

/** A text of that pattern, and what snapd says of any other: `%q` stands for the text. */
export const text = (pattern: RegExp, words: string, mostLength = 256) =>
  z
    .string()
    .check(
      z.maxLength(mostLength),
      z.regex(pattern, { error: ({ input }) => words.replace('%q', quoted(String(input))) }),
    );

/** A check by a rule that answers with what is wrong, in snapd's words. */
export function worded<T = string>(problemOf: (value: T) => string | undefined) {
  return z.check<T>(({ value, issues }) => {
    const message = problemOf(value);
    if (message !== undefined) issues.push({ code: 'custom', message, input: value });
  });
}

/** A switch that is off when absent. */
export const flag = z.optional(z.boolean());

/** Name of a snap or of a parallel instance of one (snapd snap/naming/validate.go). */
export const snapName = text(
  /^(?=.{2,51}$)(?=[^_]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*(?:_[a-z0-9]{1,10})?$/,
  'invalid snap name: %q',
);

/** Names as snapd checks them (snapd snap/naming/validate.go). */
export const appName = text(/^[a-zA-Z0-9](?:-?[a-zA-Z0-9])*$/, 'invalid app name: %q');
export const aliasName = text(/^[a-zA-Z0-9][-_.a-zA-Z0-9]*$/, 'invalid alias name: %q');
export const plugName = text(/^[a-z](?:-?[a-z0-9])*$/, 'invalid plug name: %q');
export const slotName = text(/^[a-z](?:-?[a-z0-9])*$/, 'invalid slot name: %q');
export const interfaceName = text(/^[a-z](?:-?[a-z0-9])*$/, 'invalid interface name: %q');
export const componentName = text(/^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/, 'invalid component name: %q', 40);

/** `snap` for all of its services, or `snap.app`. */
export const serviceName = text(
  /^[a-z0-9][a-z0-9-]*(?:_[a-z0-9]{1,10})?(?:\.[a-zA-Z0-9](?:-?[a-zA-Z0-9])*)?$/,
  'invalid service name: %q',
);

/** Name of a quota group. */
export const quotaGroupName = z.string().check(worded(quotaGroupProblem));

export const snapNames = z.array(snapName).check(z.minLength(1), z.maxLength(200));

/** A snap's name, or `system` (and its alias `core`) for the configuration of snapd itself. */
export const configurableName = snapName;

/** Dotted keys of a configuration. */
export const configurationKeys = z
  .array(z.string().check(z.minLength(1), z.maxLength(256)))
  .check(z.minLength(1), z.maxLength(100));

/** Revision as snapd writes it: `12`, or `x1` for a local one. */
export const revision = text(/^x?[1-9][0-9]{0,9}$/, 'invalid snap revision: %q');

/** `risk`, `track`, `track/risk`, `risk/branch` or `track/risk/branch` (snapd snap/channel). */
export const channel = z.string().check(z.maxLength(256), worded(channelProblem));

/** Label of a recovery system (snapd asserts/validateSystemLabel). */
export const systemLabel = text(/^[a-z0-9](?:-?[a-z0-9])*$/, 'invalid seed system label: %q', 64);

/** Id of an account in assertions (snapd asserts/account.go). */
export const accountId = text(/^(?:[a-z0-9A-Z]{32}|[-a-z0-9]{2,28})$/, 'invalid account ID %q');

/** Name of a validation set. */
export const setName = text(/^[a-z0-9](?:-?[a-z0-9])*$/, 'invalid name %q');

/** Sequence number of a validation set. */
export const sequence = z
  .int('invalid sequence argument')
  .check(z.minimum(1, { error: ({ input }) => `invalid sequence argument: ${String(input)}` }));

/** `account/name`, or `account/name=sequence` to pin it. */
export const validationSet = z.string().check(z.maxLength(200), worded(setProblem));

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

/** `account/name` of what `validationSet` accepted. */
export function keyOfSet(text: string): string {
  const { accountId: account, name } = parseValidationSet(text);
  return `${account}/${name}`;
}

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

export const transaction = z.enum(['per-snap', 'all-snaps'], {
  error: ({ input }) => `invalid value for transaction type: ${String(input)}`,
});

/** A span of time as Go writes it: `10m`, `1h30m`. */
export const duration = text(/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/, 'time: invalid duration %q', 32);

/** Id of a prompt or of a rule made of answers. */
export const promptingId = text(/^[0-9A-Fa-f]{16}$/, 'invalid id: %q');

/** Number of a user of the system. */
export const userId = z.int().check(z.minimum(0), z.maximum(4_294_967_295));

export const changeId = text(/^[1-9][0-9]{0,18}$/, 'invalid change id');

/** Id of a set of snapshots. */
export const snapshotSet = z.int('snapshot operation requires snapshot set ID').check(z.positive());

/** Name of a user of the system. */
export const userName = text(/^[a-zA-Z0-9._][-a-zA-Z0-9._]*$/, 'invalid user name: %q', 64);

export const userNames = z.array(userName).check(z.minLength(1), z.maxLength(100));

export const emailAddress = text(/^[^\s@]+@[^\s@]+$/, 'please use a valid email address.', 254);

export const cohortKey = z.string().check(z.minLength(1), z.maxLength(2048));
