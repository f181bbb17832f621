import * as z from 'zod/mini';

const short = z.string().check(z.maxLength(512));
const long = z.string().check(z.maxLength(64 * 1024));

/**
 * Where a command is on the device.
 * accepted -> running -> (rebooting <-> running) -> verifying -> one of the ends.
 * Ends: succeeded | failed | unknown | rejected | expired. Only an end is final.
 */
export const CommandReportState = z.enum([
  'accepted',
  'running',
  'rebooting',
  'verifying',
  'succeeded',
  'failed',
  'unknown',
  'rejected',
  'expired',
]);
export type CommandReportState = z.infer<typeof CommandReportState>;

/** The whole of what the agent knows of one command; a later report replaces an earlier one. */
export const CommandReport = z.strictObject({
  commandId: z.uuid(),
  state: CommandReportState,
  /** snapd's change ids, in the order they were made. */
  changeIds: z.array(short).check(z.maxLength(20)),
  /** Stable code of why it did not succeed, e.g. `snapd-refused`, `change-error`, `not-verified`, `bad-signature`. */
  cause: z.optional(short),
  /** snapd's or the agent's words, unchanged. */
  message: z.optional(long),
  snapdKind: z.optional(short),
  snapdValue: z.optional(z.unknown()),
  /** The HTTP status snapd refused with. */
  snapdStatus: z.optional(z.int()),
  /** What the verification read back from the device. */
  result: z.optional(z.unknown()),
  /** What to issue, in order, to take back what succeeded. */
  undo: z.optional(
    z
      .array(z.strictObject({ operation: short, parameters: z.record(z.string(), z.unknown()) }))
      .check(z.maxLength(1000)),
  ),
});
export type CommandReport = z.infer<typeof CommandReport>;

/** A task as `GET /v2/changes/{id}` shows it (snapd client/change.go). */
export const TaskSnapshot = z.object({
  id: short,
  kind: short,
  summary: long,
  status: short,
  log: z.optional(z.array(long)),
  progress: z.object({ label: long, done: z.number(), total: z.number() }),
  'spawn-time': short,
  'ready-time': z.optional(short),
  data: z.optional(z.unknown()),
});
export type TaskSnapshot = z.infer<typeof TaskSnapshot>;

/** A change as snapd shows it, tasks included, and the command it belongs to where the agent knows one. */
export const ChangeSnapshot = z.object({
  commandId: z.optional(z.uuid()),
  change: z.object({
    id: short,
    kind: short,
    summary: long,
    status: short,
    tasks: z.optional(z.array(TaskSnapshot)),
    ready: z.boolean(),
    err: z.optional(long),
    'spawn-time': short,
    'ready-time': z.optional(short),
    data: z.optional(z.unknown()),
  }),
});
export type ChangeSnapshot = z.infer<typeof ChangeSnapshot>;

/** A notice as `GET /v2/notices` shows it. */
export const NoticeSnapshot = z.object({
  id: short,
  'user-id': z.nullable(z.number()),
  type: short,
  key: short,
  'first-occurred': short,
  'last-occurred': short,
  'last-repeated': short,
  occurrences: z.number(),
  'last-data': z.optional(z.unknown()),
  'repeat-after': z.optional(short),
  'expire-after': z.optional(short),
});
export type NoticeSnapshot = z.infer<typeof NoticeSnapshot>;

/**
 * What raises no notice and is therefore re-read: the whole answer of one GET, of `connections` those that are made or unmade
 * without the ends that nobody connected, and of `host` what no GET of snapd says.
 */
export const FactName = z.enum([
  'system-info',
  'snaps',
  'validation-sets',
  'systems',
  'model',
  'serial',
  'connections',
  'services',
  'warnings',
  'host',
]);
export type FactName = z.infer<typeof FactName>;

/** The fact `host`. Older agents do not tell it. */
export const Host = z.object({
  /** The IANA name of what the device's clock shows. */
  timeZone: short,
  /** In bytes, of the partition that holds the agent's data and, on Ubuntu Core, snapd's; `free` is rounded down, coarsely. */
  disk: z.object({ free: z.number(), total: z.number() }),
});
export type Host = z.infer<typeof Host>;

export const Fact = z.strictObject({
  name: FactName,
  /** SHA-256 of the canonical JSON of `value`, base64url. */
  digest: short,
  value: z.unknown(),
});
export type Fact = z.infer<typeof Fact>;

/**
 * How a fact became another, told instead of the whole to a server that says which facts it has. It applies when the server
 * has the fact with the digest `base`, and the result has `digest`; otherwise it is quarantined, and the agent tells the whole.
 */
export const FactDifference = z.strictObject({
  name: FactName,
  base: short,
  /** As of Fact, of the value that it becomes. */
  digest: short,
  /** A Difference; read as it is applied. */
  difference: z.unknown(),
});
export type FactDifference = z.infer<typeof FactDifference>;

const number = z.int().check(z.positive());

/** One thing the agent says. `n` rises with each item of its journal; the server keeps what has the newer n. */
export const ReportItem = z.discriminatedUnion('kind', [
  z.strictObject({ n: number, kind: z.literal('command'), body: CommandReport }),
  z.strictObject({ n: number, kind: z.literal('change'), body: ChangeSnapshot }),
  z.strictObject({ n: number, kind: z.literal('notice'), body: NoticeSnapshot }),
  z.strictObject({ n: number, kind: z.literal('fact'), body: Fact }),
  z.strictObject({ n: number, kind: z.literal('fact-difference'), body: FactDifference }),
]);
export type ReportItem = z.infer<typeof ReportItem>;
