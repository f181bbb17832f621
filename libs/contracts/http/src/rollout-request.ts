import { z } from 'zod';
import { ArtifactReference } from './artifacts';
import { deadlineSeconds, operation, parameters } from './commands';
import { remark, someText, time } from './common';
import { filter } from './devices';

export const WAVES_MOST = 50;
const DEVICES_MOST = 1_000_000;
const STEPS_MOST = 10;
const DAY_SECONDS = 86_400;
const devices = z.number().int().min(1).max(DEVICES_MOST);
const percent = z.number().int().min(0).max(100);

/** One operation of the catalogue. */
export const RolloutStep = z.strictObject({ operation, parameters: parameters.default({}) });
export type RolloutStep = z.infer<typeof RolloutStep>;

/** `account/name`, as snapd writes the key of a validation set. */
const setKey = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9-]+\/[a-z0-9-]+$/, 'must be account/name');

/**
 * What becomes of a validation set on each device; which steps that takes there is planned from what the device has.
 * The sequence is resolved when the rollout is planned, and always pinned.
 */
export const ValidationSetWish = z.strictObject({
  set: setKey,
  /** `latest`: the newest that is imported and not marked bad. Not for `forget`. */
  sequence: z.union([z.number().int().min(1), z.literal('latest')]).optional(),
  mode: z.enum(['enforce', 'monitor', 'forget']),
  /** Consent to the removal of snaps that the set calls invalid; without it such devices are left out. */
  allowRemovals: z.boolean().default(false),
  /** Keeps the data of a snap that is to be removed, for the way back. */
  saveSnapshots: z.boolean().default(true),
  /** Leaves the set unpinned: it then moves by itself at refreshes, past every wave. */
  followLatest: z.boolean().default(false),
});
export type ValidationSetWish = z.infer<typeof ValidationSetWish>;

/** A new recovery system on each device, and which old ones go. */
export const RecoverySystemWish = z.strictObject({
  /** May hold `{date}`, `{model}`, `{set}`, `{sequence}`; what comes out is a label that snapd takes. */
  label: someText(64),
  validationSets: z.array(someText(256)).max(16).default([]),
  test: z.boolean().default(true),
  makeDefault: z.boolean().default(true),
  /** Only from what the device has. */
  offline: z.boolean().default(false),
  /** How many of the systems that we made stay, the new one included; without, none is removed. */
  keep: z.number().int().min(1).max(10).optional(),
  /** Leaves a device alone whose newest system of ours is of the sets asked for or, without any, has all that it runs. */
  unlessFresh: z.boolean().default(false),
  /** Files the system is made of, as their uploads were answered. */
  snaps: z.array(ArtifactReference).min(1).max(100).optional(),
  assertions: z.array(ArtifactReference).min(1).max(100).optional(),
});
export type RecoverySystemWish = z.infer<typeof RecoverySystemWish>;

/** What a rollout does on each device. */
export const RolloutDoes = z.union([
  z.strictObject({ steps: z.array(RolloutStep).min(1).max(STEPS_MOST) }),
  z.strictObject({ validationSet: ValidationSetWish }),
  z.strictObject({ recoverySystem: RecoverySystemWish }),
]);
export type RolloutDoes = z.infer<typeof RolloutDoes>;

/**
 * When a wave, or the whole rollout, is good enough. Judged on reached devices: those that accepted their command.
 * Three outcomes: pass, fail, and inconclusive, which pauses and asks a person.
 */
export const Gate = z.strictObject({
  /** Fails when more of the reached devices failed than this ... */
  maxFailedPercent: percent.default(10),
  /** ... and at least so many did. */
  minFailed: devices.default(1),
  /** Passes only when at least so much of the reached devices succeeded. */
  minSucceededPercent: percent.optional(),
  /** Passes only when so many devices of the wave were reached, or all that it has. */
  minReached: z
    .union([z.strictObject({ percent: z.number().min(0).max(100) }), z.strictObject({ count: devices })])
    .default({ count: 1 }),
  /** How long it stays good after its last device before the next wave starts. */
  soakSeconds: z.number().int().min(0).max(30 * DAY_SECONDS).default(0), // prettier-ignore
  /** How long the wave may take; then it is judged on the devices reached. */
  timeBoxSeconds: z.number().int().min(60).max(90 * DAY_SECONDS).optional(), // prettier-ignore
  /** What a failure does: pause, stop, or take the devices that were changed back. */
  onFailure: z.enum(['pause', 'stop', 'roll-back']).default('pause'),
});
export type Gate = z.infer<typeof Gate>;

/** What of the rollout's gate is different in one wave. The failure action is the rollout's. */
export const WaveGate = z.strictObject({
  maxFailedPercent: percent.optional(),
  minFailed: devices.optional(),
  minSucceededPercent: percent.optional(),
  minReached: Gate.shape.minReached.unwrap().optional(),
  soakSeconds: Gate.shape.soakSeconds.unwrap().optional(),
  timeBoxSeconds: Gate.shape.timeBoxSeconds,
});
export type WaveGate = z.infer<typeof WaveGate>;

const gate = WaveGate.optional();

/**
 * A wave of its own: so much of all devices that change, rounded up, so many of them, or those of them that a filter means.
 * Waves that are all percentages add up to 100; otherwise the last one takes whoever is left.
 */
export const WaveSize = z.union([
  z.strictObject({ percent: z.number().positive().max(100), gate }),
  z.strictObject({ count: devices, gate }),
  z.strictObject({ filter: filter.min(1), gate }),
]);
export type WaveSize = z.infer<typeof WaveSize>;

/** Bounds on how much goes on at once. A site is the value of a device's label `site`. */
export const Limits = z.strictObject({
  maxInFlight: devices.default(500),
  maxInFlightPerSite: devices.optional(),
  startsPerMinute: devices.optional(),
  /** Devices of a site between command and end of their download tasks. */
  maxDownloadingPerSite: devices.optional(),
});
export type Limits = z.infer<typeof Limits>;

/** When devices may be disturbed: from each occurrence of the cron for so many minutes. */
export const Window = z.strictObject({
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron: someText(128),
  durationMinutes: z.number().int().min(1).max(7 * 1440), // prettier-ignore
  /** An IANA name, or `device`: what each device says its own is. */
  timeZone: someText(64),
  /** For devices that have not said theirs. */
  fallbackTimeZone: someText(64).optional(),
});
export type Window = z.infer<typeof Window>;

/** Body of `POST /v1/rollouts` and of `POST /v1/rollouts/plan`. */
export const CreateRolloutRequest = z.strictObject({
  name: someText(128),
  does: RolloutDoes,
  /** Which devices; resolved when the rollout is made. */
  filter: filter.default(''),
  waves: z.array(WaveSize).min(1).max(WAVES_MOST),
  gate: Gate.prefault({}),
  limits: Limits.prefault({}),
  /** Of rollouts that want the same free slots or the same device, the higher goes first. */
  priority: z.number().int().min(-100).max(100).default(0),
  /** Asks each device whether it could, before the first wave. */
  precheck: z.boolean().default(false),
  /** Devices that come to match the filter later are added to the last wave. */
  lateJoiners: z.boolean().default(false),
  /** Not before; at once when absent. */
  startAt: time.optional(),
  /** From its start: devices not reached by then are given up. */
  expireAfterSeconds: z.number().int().min(60).max(366 * DAY_SECONDS).default(30 * DAY_SECONDS), // prettier-ignore
  /** Per device and step, from acceptance to verified end. */
  deadlineSeconds: deadlineSeconds.default(3600),
  attempts: z
    .strictObject({
      most: z.number().int().min(1).max(10).default(1),
      /** Before the second attempt; doubled before each further one. */
      backoffSeconds: z.number().int().min(1).max(DAY_SECONDS).default(300),
    })
    .prefault({}),
  /** What becomes of a device that was away while its wave went by. */
  catchUp: z.enum(['run-when-back', 'latest-only', 'skip-if-late']).default('run-when-back'),
  window: Window.optional(),
  /** Distinct people who must approve the plan; the author is none of them. */
  approvals: z.number().int().min(0).max(10).default(0),
  /** Only plans; somebody starts it later. */
  draft: z.boolean().default(false),
  remark: remark.optional(),
});
export type CreateRolloutRequest = z.infer<typeof CreateRolloutRequest>;

/** Body of `PATCH /v1/rollouts/{id}`: what may change while it runs. No member has a default: what is not named stays. */
export const AdjustRolloutRequest = z.strictObject({
  limits: Limits.extend({ maxInFlight: devices.optional() }).optional(),
  gate: WaveGate.extend({ onFailure: Gate.shape.onFailure.unwrap().optional() }).optional(),
  priority: CreateRolloutRequest.shape.priority.unwrap().optional(),
  window: Window.nullable().optional(),
  expireAfterSeconds: CreateRolloutRequest.shape.expireAfterSeconds.unwrap().optional(),
  remark: remark.optional(),
});
export type AdjustRolloutRequest = z.infer<typeof AdjustRolloutRequest>;
