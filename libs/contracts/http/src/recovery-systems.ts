import { z } from 'zod';
import { id, page, pageQuery, time } from './common';
import { filter } from './devices';

const yesOrNo = z.enum(['true', 'false']).transform((value) => value === 'true');

/** Who made a recovery system: we, snapd by itself, whoever made the image, a person on the device, or nobody knows. */
export const RecoveryMaker = z.enum(['ours', 'snapd', 'factory', 'person', 'unknown']);

/** What a device would recover to, compared with what it runs. */
export const RecoveryState = z.enum([
  'fresh', // it has all that runs
  'stale', // it is known to differ
  'unknown', // nobody knows what it was made of
  'none', // the device has no recovery systems
  'silent', // the device has not said which it has
]);
export type RecoveryState = z.infer<typeof RecoveryState>;

const note = z.object({ cause: z.string(), message: z.string() });

/** One recovery system of a device. */
export const RecoverySystemView = z.object({
  label: z.string(),
  maker: RecoveryMaker,
  /** What tells who made it. */
  why: z.string(),
  /** The one the device was installed from. */
  current: z.boolean(),
  default: z.boolean(),
  /** Booted to see that it works; null when that is not known. */
  tested: z.boolean().nullable(),
  /** When we made it, or when it was first listed; null for what the device came with. */
  madeAt: time.nullable(),
  ageSeconds: z.number().int().nullable(),
  /** Sequences that what runs is past it; below 0 when it is newer; null when not known. */
  behind: z.number().int().nullable(),
  /** Its snaps that run at another revision; null when not known. */
  differingSnaps: z.number().int().nullable(),
  /** The same in words: `recovery is 14 sequences behind running (acme/base: made of 1, runs 15)`. */
  distance: z.string(),
  fresh: z.boolean(),
});
export type RecoverySystemView = z.infer<typeof RecoverySystemView>;

/** Query of `GET /v1/devices/{id}/recovery-systems`. */
export const RecoverySystemsQuery = z.strictObject({
  maker: RecoveryMaker.optional(),
  tested: z.enum(['true', 'false', 'unknown']).optional(),
});
export type RecoverySystemsQuery = z.infer<typeof RecoverySystemsQuery>;

/** Answer of `GET /v1/devices/{id}/recovery-systems`, newest first. */
export const RecoverySystemList = z.object({
  state: RecoveryState,
  items: z.array(RecoverySystemView),
  warnings: z.array(note),
});
export type RecoverySystemList = z.infer<typeof RecoverySystemList>;

/** Query of `GET /v1/recovery-systems`: devices, all conditions together. */
export const RecoveryQuery = z.strictObject({
  ...pageQuery,
  filter: filter.optional(),
  state: RecoveryState.optional(),
  /** Whether some system is known to be tested. */
  tested: yesOrNo.optional(),
  hasDefault: yesOrNo.optional(),
  /** What runs is past what would be recovered by so many sequences at least. */
  behind: z.coerce.number().int().min(0).max(1_000_000).optional(),
});
export type RecoveryQuery = z.infer<typeof RecoveryQuery>;

/** A device by its recovery systems. */
export const DeviceRecovery = z.object({
  deviceId: id,
  serial: z.string(),
  model: z.string(),
  state: RecoveryState,
  /** What it would recover to: the newest that we made, else the default one, else the current one. */
  recovery: RecoverySystemView.nullable(),
  systems: z.number().int(),
  ours: z.number().int(),
  tested: z.boolean(),
  hasDefault: z.boolean(),
  warnings: z.array(note),
});
export type DeviceRecovery = z.infer<typeof DeviceRecovery>;

export const DeviceRecoveryPage = page(DeviceRecovery);
export type DeviceRecoveryPage = z.infer<typeof DeviceRecoveryPage>;

export const RecoverySummaryQuery = z.strictObject({ filter: filter.optional() });

const devices = z.number().int();

/** Answer of `GET /v1/recovery-systems/summary`: how many devices are how. */
export const RecoverySummary = z.object({
  devices,
  states: z.object({ fresh: devices, stale: devices, unknown: devices, none: devices, silent: devices }),
  /** Of those whose distance in sequences is known, rising. */
  behind: z.array(z.object({ sequences: z.number().int(), devices })),
  /** Without a system that is known to be tested. */
  untested: devices,
  withoutDefault: devices,
  /** Without one that we made. */
  withoutOurs: devices,
  /** Where snapd makes systems by itself. */
  seedRefresh: devices,
});
export type RecoverySummary = z.infer<typeof RecoverySummary>;
