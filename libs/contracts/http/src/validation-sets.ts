import { z } from 'zod';
import { id, page, pageQuery, someText, time } from './common';

/** As snapd takes them (asserts/account.go, validation_set.go). */
const accountId = z
  .string()
  .regex(
    /^(?:[a-z0-9A-Z]{32}|[-a-z0-9]{2,28})$/,
    'must be an account id: 32 letters and digits, or 2 to 28 of a-z 0-9 -',
  );
const name = z
  .string()
  .max(128)
  .regex(/^[a-z0-9](?:-?[a-z0-9])*$/, 'must be the name of a validation set: a-z, 0-9 and single dashes');
/** In a path or query. */
export const sequence = z.coerce.number().int().min(1).max(2_147_483_647);

/** What the path of a set names. */
export const SetParams = z.strictObject({ account: accountId, name });
export const SequenceParams = z.strictObject({ account: accountId, name, sequence });

export const ValidationSetsQuery = z.strictObject(pageQuery);
export const SequenceDiffQuery = z.strictObject({ from: sequence, to: sequence });

/** Body of `POST /v1/validation-sets/import-from-device`: all sets the device has, those of an account, or one. */
export const ImportFromDeviceRequest = z
  .strictObject({
    deviceId: id,
    accountId: accountId.optional(),
    name: name.optional(),
    sequence: z.number().int().min(1).max(2_147_483_647).optional(),
  })
  .refine(({ accountId: account, name: set }) => set === undefined || account !== undefined, {
    path: ['accountId'],
    message: 'is needed beside name: sets are named by account and name',
  })
  .refine(({ name: set, sequence: of }) => of === undefined || set !== undefined, {
    path: ['name'],
    message: 'is needed beside sequence',
  });
export type ImportFromDeviceRequest = z.infer<typeof ImportFromDeviceRequest>;

/** Body of marking a sequence bad, and of lifting the mark. */
export const MarkBadRequest = z.strictObject({ reason: someText(2000) });
export const LiftBadRequest = z.strictObject({ remark: someText(2000) });

/** What became of each assertion of an import. */
export const ImportedAssertions = z.object({
  items: z.array(
    z.object({
      /** As snapd refers to it: `validation-set (14; series:16 account-id:acme name:base)`. */
      assertion: z.string(),
      type: z.string(),
      revision: z.number().int(),
      /** older: a newer revision is kept, and stays. */
      outcome: z.enum(['imported', 'replaced', 'unchanged', 'older']),
    }),
  ),
});
export type ImportedAssertions = z.infer<typeof ImportedAssertions>;

const setKey = { accountId: z.string(), name: z.string() };

export const ValidationSetSummary = z.object({
  ...setKey,
  /** The newest. */
  sequence: z.number().int(),
  /** The newest that is not marked bad; null when all are. */
  usable: z.number().int().nullable(),
  sequences: z.number().int(),
  /** How many of them are marked bad. */
  bad: z.number().int(),
});
export const ValidationSetPage = page(ValidationSetSummary);

export const SequenceSummary = z.object({
  ...setKey,
  sequence: z.number().int(),
  /** Of the assertion. */
  revision: z.number().int(),
  /** When its account issued it. */
  timestamp: time,
  snapCount: z.number().int(),
  /** Never to be installed: who said so when, and why. */
  bad: z.object({ at: time, by: z.string(), reason: z.string() }).nullable(),
  importedBy: z.string(),
  importedAt: time,
  source: z.enum(['upload', 'device']),
  /** The device it was read back from. */
  deviceId: id.nullable(),
  /** Of the assertion's text. */
  sha256: z.string(),
});
export const SequencePage = page(SequenceSummary);

const Constraint = z.object({
  presence: z.enum(['required', 'optional', 'invalid']),
  /** As snapd writes it: `"12"`. Any when absent. */
  revision: z.string().optional(),
});

export const SequenceView = SequenceSummary.extend({
  snaps: z.array(
    Constraint.extend({
      name: z.string(),
      id: z.string().optional(),
      components: z.record(z.string(), Constraint).optional(),
    }),
  ),
});

/** A side is absent where nothing is said of it. */
const ConstraintDiff = z.object({
  name: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
  from: Constraint.optional(),
  to: Constraint.optional(),
});

/** What sequence `to` says otherwise than `from`; what they agree on is left out. */
export const SequenceDiff = z.object({
  ...setKey,
  from: z.number().int(),
  to: z.number().int(),
  snaps: z.array(ConstraintDiff.extend({ components: z.array(ConstraintDiff) })),
});
