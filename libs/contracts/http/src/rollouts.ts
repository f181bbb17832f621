import { z } from 'zod';
import { id, page, pageQuery, remark, someText, time } from './common';
import { Gate, Limits, RolloutDoes, RolloutStep, WAVES_MOST, WaveGate, Window } from './rollout-request';

/** Why devices are left out, or what they are warned of, grouped. */
export const PlanCause = z.object({
  verdict: z.string(),
  cause: z.string(),
  message: z.string(),
  devices: z.number().int(),
});
export type PlanCause = z.infer<typeof PlanCause>;

export const PlanSummary = z.object({
  /** All that the filter means. */
  devices: z.number().int(),
  change: z.number().int(),
  nothing: z.number().int(),
  blocked: z.number().int(),
  causes: z.array(PlanCause),
});
export type PlanSummary = z.infer<typeof PlanSummary>;

export const WaveView = z.object({
  /** From 1. 0 holds the devices that the plan leaves out. */
  number: z.number().int(),
  asked: z.unknown(),
  gate: WaveGate,
  /** Devices. */
  size: z.number().int(),
  status: z.string(),
  /** Targets by state; outside phase apply by `phase:state`. They add up to `size`. */
  counts: z.record(z.string(), z.number().int()),
  startedAt: time.nullable(),
  /** Since when nobody of it is under way: the soak counts from here. */
  settledAt: time.nullable(),
  finishedAt: time.nullable(),
});
export type WaveView = z.infer<typeof WaveView>;

export const RolloutView = z.object({
  id,
  name: z.string(),
  /** As asked for, without secrets. */
  does: RolloutDoes,
  filter: z.string(),
  status: z.string(),
  /** When it came to be so: a rollout is `paused` at this time because of its reason. */
  statusSince: time,
  /** Why it is paused, stopped or waiting, in words. */
  reason: z.string().nullable(),
  priority: z.number().int(),
  limits: Limits,
  gate: Gate,
  deadlineSeconds: z.number().int(),
  attempts: z.object({ most: z.number().int(), backoffSeconds: z.number().int() }),
  catchUp: z.string(),
  window: Window.nullable(),
  precheck: z.boolean(),
  lateJoiners: z.boolean(),
  startAt: time.nullable(),
  expiresAt: time.nullable(),
  approvalsNeeded: z.number().int(),
  planVersion: z.number().int(),
  planDigest: z.string(),
  plan: PlanSummary,
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

export const RolloutsQuery = z.strictObject({ ...pageQuery, status: someText(64).optional() });
export type RolloutsQuery = z.infer<typeof RolloutsQuery>;

export const TargetsQuery = z.strictObject({
  ...pageQuery,
  wave: z.coerce.number().int().min(0).max(WAVES_MOST).optional(),
  status: someText(64).optional(),
  cause: someText(64).optional(),
});
export type TargetsQuery = z.infer<typeof TargetsQuery>;

/** What the plan says of one device. */
export const DevicePlan = z.object({
  verdict: z.string(),
  actions: z.array(z.record(z.string(), z.unknown())),
  blockers: z.array(z.object({ cause: z.string(), message: z.string() })),
  warnings: z.array(z.object({ cause: z.string(), message: z.string() })),
});
export type DevicePlan = z.infer<typeof DevicePlan>;

/** One device of a rollout. */
export const TargetView = z.object({
  deviceId: id,
  serial: z.string(),
  wave: z.number().int(),
  site: z.string(),
  phase: z.string(),
  status: z.string(),
  /** Why it waits, failed or was left out. */
  cause: z.string().nullable(),
  message: z.string().nullable(),
  /** What was heard after its end. */
  late: z.string().nullable(),
  attempt: z.number().int(),
  step: z.number().int(),
  /** Of the attempt under way, or the last one. */
  commandId: id.nullable(),
  /** When a waiting device is looked at again; null: when something happens. */
  notBefore: time.nullable(),
});
export type TargetView = z.infer<typeof TargetView>;

export const TargetPage = page(TargetView);
export type TargetPage = z.infer<typeof TargetPage>;

/** One device of a plan that was not carried out yet. */
export const PlannedDevice = z.object({
  deviceId: id,
  serial: z.string(),
  wave: z.number().int(),
  plan: DevicePlan,
  steps: z.array(RolloutStep),
  rollback: z.array(RolloutStep).nullable(),
});
export type PlannedDevice = z.infer<typeof PlannedDevice>;

/** Answer of `POST /v1/rollouts/plan`: what the rollout would do; nothing was written. */
export const PlanView = z.object({
  summary: PlanSummary,
  waves: z.array(z.object({ number: z.number().int(), size: z.number().int() })),
  /** The first of them; the download has all. */
  devices: z.array(PlannedDevice),
});
export type PlanView = z.infer<typeof PlanView>;

/** Body of `POST /v1/rollouts/{id}/approve` and `/reject`. */
export const ApprovalRequest = z.strictObject({
  /** Of the plan that was looked at: another one since is not approved unseen. */
  planDigest: someText(64),
  remark: remark.optional(),
});
export type ApprovalRequest = z.infer<typeof ApprovalRequest>;

export const ApprovalView = z.object({
  personId: z.string(),
  personName: z.string(),
  decision: z.string(),
  remark: z.string().nullable(),
  at: time,
  /** It is for the plan as it is now. */
  valid: z.boolean(),
});
export type ApprovalView = z.infer<typeof ApprovalView>;
export const ApprovalList = z.object({ items: z.array(ApprovalView) });

export const TargetEventView = z.object({
  deviceId: id,
  at: time,
  phase: z.string(),
  state: z.string(),
  cause: z.string().nullable(),
  message: z.string().nullable(),
  attempt: z.number().int(),
  step: z.number().int(),
  commandId: id.nullable(),
});
export type TargetEventView = z.infer<typeof TargetEventView>;
export const TargetEventPage = page(TargetEventView);
export const TargetEventsQuery = z.strictObject({ ...pageQuery, deviceId: id.optional() });

/** Query of a plan's download. */
export const PlanDownloadQuery = z.strictObject({
  /** `ndjson`: each line a `PlannedDevice`; `csv`: a line each, what it would do in words. */
  format: z.enum(['ndjson', 'csv']).default('ndjson'),
});
export type PlanDownloadQuery = z.infer<typeof PlanDownloadQuery>;
