import { z } from 'zod';
import { deadlineSeconds, operation, parameters } from './commands';
import { id, page, pageQuery, remark, someText, time } from './common';
import { filter } from './devices';

const WAVES_MOST = 50;
const DEVICES_MOST = 1_000_000;

/**
 * A wave of its own: so much of all targets, rounded up, or so many devices. Waves that are all percentages add up to 100;
 * otherwise the last one takes whoever is left.
 */
export const WaveSize = z.union([
  z.strictObject({ percent: z.number().positive().max(100) }),
  z.strictObject({ count: z.number().int().min(1).max(DEVICES_MOST) }),
]);
export type WaveSize = z.infer<typeof WaveSize>;

/** Body of `POST /v1/rollouts`. */
export const CreateRolloutRequest = z.strictObject({
  name: someText(128),
  operation,
  parameters: parameters.default({}),
  /** Which devices, resolved when the rollout is made. */
  filter: filter.default(''),
  waves: z.array(WaveSize).min(1).max(WAVES_MOST),
  /** Devices under way at once. */
  maxInFlight: z.number().int().min(1).max(DEVICES_MOST).optional(),
  /** A wave fails when more of its reached devices fail than this ... */
  maxFailedPercent: z.number().int().min(0).max(100).optional(),
  /** ... and at least so many did. */
  minFailed: z.number().int().min(1).max(DEVICES_MOST).optional(),
  deadlineSeconds: deadlineSeconds.optional(),
  remark: remark.optional(),
});
export type CreateRolloutRequest = z.infer<typeof CreateRolloutRequest>;

export const WaveView = z.object({
  /** From 1. */
  number: z.number().int(),
  /** Devices. */
  size: z.number().int(),
  status: z.string(),
  /** Targets by status. */
  counts: z.record(z.string(), z.number().int()),
});
export type WaveView = z.infer<typeof WaveView>;

export const RolloutView = z.object({
  id,
  name: z.string(),
  operation: z.string(),
  parameters: z.unknown(),
  filter: z.string(),
  status: z.string(),
  /** Why it is paused or stopped, in words. */
  reason: z.string().nullable(),
  /** Devices under way at once. */
  maxInFlight: z.number().int(),
  maxFailedPercent: z.number().int(),
  minFailed: z.number().int(),
  deadlineSeconds: z.number().int(),
  targetCount: z.number().int(),
  waves: z.array(WaveView),
  createdBy: z.string(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  /** Rises with each change of the rollout. */
  version: z.number().int(),
});
export type RolloutView = z.infer<typeof RolloutView>;

export const RolloutPage = page(RolloutView);
export type RolloutPage = z.infer<typeof RolloutPage>;

export const TargetsQuery = z.strictObject({
  ...pageQuery,
  wave: z.coerce.number().int().min(1).max(WAVES_MOST).optional(),
  status: someText(64).optional(),
});
export type TargetsQuery = z.infer<typeof TargetsQuery>;

/** One device of a rollout; status, cause and message are its command's. */
export const TargetView = z.object({
  deviceId: id,
  serial: z.string(),
  wave: z.number().int(),
  status: z.string(),
  commandId: id.nullable(),
  cause: z.string().nullable(),
  message: z.string().nullable(),
});
export type TargetView = z.infer<typeof TargetView>;

export const TargetPage = page(TargetView);
export type TargetPage = z.infer<typeof TargetPage>;
