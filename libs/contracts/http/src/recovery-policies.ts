import { z } from 'zod';
import { id, page, remark, someText, time } from './common';
import { filter } from './devices';
import { CreateRolloutRequest, RecoverySystemWish, WAVES_MOST, WaveSize } from './rollout-request';

const DAY_SECONDS = 86_400;

/** The system that a policy makes; a device whose newest one of ours has all that it runs is left alone. */
export const PolicySystem = RecoverySystemWish.omit({ unlessFresh: true, snaps: true, assertions: true }).extend({
  keep: z.number().int().min(1).max(10).default(2),
});
export type PolicySystem = z.infer<typeof PolicySystem>;

/** How the rollouts of a policy go: as in `POST /v1/rollouts`, all devices in one wave when nothing is said. */
export const PolicyRollout = CreateRolloutRequest.pick({
  gate: true,
  limits: true,
  priority: true,
  precheck: true,
  expireAfterSeconds: true,
  deadlineSeconds: true,
  attempts: true,
  catchUp: true,
  window: true,
  approvals: true,
}).extend({
  waves: z
    .array(WaveSize)
    .min(1)
    .max(WAVES_MOST)
    .default([{ percent: 100 }]),
});
export type PolicyRollout = z.infer<typeof PolicyRollout>;

const members = {
  name: someText(128),
  /** Which devices, each time anew; `group=berlin` for those of a group. */
  filter,
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron: someText(128),
  /** An IANA name. */
  timeZone: someText(64),
  /** Each occurrence is put off by so much at most, always the same for the same one. */
  jitterSeconds: z.number().int().min(0).max(DAY_SECONDS),
  system: PolicySystem,
  rollout: PolicyRollout,
};

/** What a policy says: body of its creation, without who and why. */
export const RecoveryPolicySpec = z.strictObject({
  ...members,
  filter: filter.default(''),
  timeZone: members.timeZone.default('UTC'),
  jitterSeconds: members.jitterSeconds.default(0),
  enabled: z.boolean().default(true),
  rollout: PolicyRollout.prefault({}),
});
export type RecoveryPolicySpec = z.infer<typeof RecoveryPolicySpec>;

/** Body of `POST /v1/recovery-policies`. */
export const CreateRecoveryPolicyRequest = RecoveryPolicySpec.extend({ remark: remark.optional() });
export type CreateRecoveryPolicyRequest = z.infer<typeof CreateRecoveryPolicyRequest>;

/** Body of `PATCH /v1/recovery-policies/{id}`: from then on it acts in the name of who changed it. */
export const UpdateRecoveryPolicyRequest = z.strictObject(members).partial().extend({ remark: remark.optional() });
export type UpdateRecoveryPolicyRequest = z.infer<typeof UpdateRecoveryPolicyRequest>;

export const RecoveryPolicyView = z.object({
  id,
  name: z.string(),
  enabled: z.boolean(),
  filter: z.string(),
  cron: z.string(),
  timeZone: z.string(),
  jitterSeconds: z.number().int(),
  system: PolicySystem,
  rollout: PolicyRollout,
  /** The next occurrence with its jitter; null while it is disabled. */
  nextAt: time.nullable(),
  /**
   * What came of the last occurrence: started, nothing (every device was fresh), skipped (the rollout before was not over)
   * or refused, and why.
   */
  last: z.object({ occurrence: time, outcome: z.string(), reason: z.string().nullable() }).nullable(),
  /** The last rollout it made. */
  lastRolloutId: id.nullable(),
  /** In whose name it acts. */
  author: z.string(),
  createdAt: time,
  /** Rises with each change of the policy. */
  version: z.number().int(),
});
export type RecoveryPolicyView = z.infer<typeof RecoveryPolicyView>;

export const RecoveryPolicyPage = page(RecoveryPolicyView);
export type RecoveryPolicyPage = z.infer<typeof RecoveryPolicyPage>;
