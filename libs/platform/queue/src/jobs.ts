import { z } from 'zod';

/** One job for each command; job name = operation. The signer's processor signs it and nudges the gateway. */
export const COMMANDS_QUEUE = 'commands';
export const CommandJob = z.strictObject({ v: z.literal(1), commandId: z.uuid() });
export type CommandJob = z.infer<typeof CommandJob>;

/** Job `reconcile`: move a rollout on from what its rows say. */
export const ROLLOUTS_QUEUE = 'rollouts';
export const RolloutJob = z.strictObject({ v: z.literal(1), rolloutId: z.uuid() });
export type RolloutJob = z.infer<typeof RolloutJob>;

/** Job `time` for the signer: its clock, said over the nonces of these hellos. */
export const SIGNING_QUEUE = 'signing';
export const SigningJob = z.strictObject({
  v: z.literal(1),
  hellos: z
    .array(z.strictObject({ enrolmentId: z.uuid(), nonce: z.string().max(512) }))
    .min(1)
    .max(1000),
});
export type SigningJob = z.infer<typeof SigningJob>;

/** Signed statements in the order of the hellos. */
export const SigningAnswer = z.object({
  signed: z.array(z.object({ statement: z.string(), keyId: z.string(), signature: z.string() })),
});
export type SigningAnswer = z.infer<typeof SigningAnswer>;

/** One job for each turn of a timetable; job name = what kind of thing it is of, such as `schedule`. */
export const SCHEDULES_QUEUE = 'schedules';
export const TurnJob = z.strictObject({ v: z.literal(1), id: z.uuid() });
export type TurnJob = z.infer<typeof TurnJob>;
