import { z } from 'zod';
import { id, page, pageQuery, time } from './common';
import { filter } from './devices';
import { sequence } from './validation-sets';

/**
 * valid: met, by snapd's own word. invalid: not met, or at another sequence than the one asked for. not-applied: not
 * tracked. unknown: never told, or not heard from for a day.
 */
export const ComplianceState = z.enum(['valid', 'invalid', 'not-applied', 'unknown']);

/** Query of `GET /v1/validation-sets/{account}/{name}/compliance`. */
export const ComplianceQuery = z.strictObject({
  ...pageQuery,
  filter: filter.optional(),
  /** The sequence that devices should be at; whichever each tracks when absent. */
  sequence: sequence.optional(),
  state: ComplianceState.optional(),
  /** Only devices that are shown otherwise than our last command left them, or only the others. */
  drifted: z
    .enum(['true', 'false'])
    .transform((said) => said === 'true')
    .optional(),
});
export type ComplianceQuery = z.infer<typeof ComplianceQuery>;

const Reason = z.object({
  kind: z.enum(['sequence', 'missing', 'must-not-be-there', 'wrong-revision', 'not-known']),
  /** Of a snap, or `snap+component`; absent when it is about the set. */
  name: z.string().optional(),
  found: z.string().optional(),
  wanted: z.string().optional(),
  /** The same for people: `snap "app" at 12, wants 14`. */
  words: z.string(),
});

const Tracking = z.object({
  /** null: not tracked. */
  mode: z.string().nullable(),
  pinnedAt: z.number().int().nullable(),
});

const Drift = z.object({
  /** When the device first told so, at the latest. */
  since: time,
  /** How our last command about the set left it, and how it is shown now. */
  left: Tracking,
  shows: Tracking,
  commandId: id,
  rolloutId: id.nullable(),
  /** `pinned at 14, shows 13` */
  words: z.string(),
});

export const DeviceSetView = z.object({
  accountId: z.string(),
  name: z.string(),
  state: ComplianceState,
  /** Since when it is known to be so, at the latest; of an unknown one, when it was last heard from. */
  since: time.nullable(),
  mode: z.string().nullable(),
  sequence: z.number().int().nullable(),
  pinnedAt: z.number().int().nullable(),
  /** Why it is invalid. */
  reasons: z.array(Reason),
  /** Somebody changed by hand what our last command left. */
  drift: Drift.nullable(),
});
export const DeviceSetList = z.object({ items: z.array(DeviceSetView) });

const count = z.number().int();

export const CompliancePage = page(
  DeviceSetView.extend({ deviceId: id, brandId: z.string(), model: z.string(), serial: z.string() }),
).extend({
  accountId: z.string(),
  name: z.string(),
  /** The sequence that was asked for. */
  asked: count.nullable(),
  /** Of all enrolled devices that the filter means, whatever state was asked for. With the first page alone. */
  counts: z
    .object({ devices: count, valid: count, invalid: count, 'not-applied': count, unknown: count, drifted: count })
    .optional(),
  /** Devices by the sequence they track, newest first; without those that nobody hears from. With the first page alone. */
  sequences: z.array(z.object({ sequence: count, devices: count })).optional(),
});
