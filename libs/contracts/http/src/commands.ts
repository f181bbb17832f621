import { z } from 'zod';
import { ChangeView } from './changes';
import { id, page, pageQuery, remark, someText, time } from './common';

const DAY_SECONDS = 86_400;

/** What is asked for, checked against the operation's own schema. */
export const parameters = z.record(z.string().max(256), z.unknown());
export const operation = someText(128);

/** Seconds a device may take from accepting a command to its verified end. */
export const deadlineSeconds = z
  .number()
  .int()
  .min(1)
  .max(30 * DAY_SECONDS);

export const COMMAND_DEVICES_MOST = 1000;

/** Body of `POST /v1/commands`: the operation on each of these devices. */
export const IssueCommandsRequest = z.strictObject({
  deviceIds: z.array(id).min(1).max(COMMAND_DEVICES_MOST),
  operation,
  parameters: parameters.default({}),
  remark: remark.optional(),
  deadlineSeconds: deadlineSeconds.optional(),
  /** Seconds within which the device must accept it. */
  validForSeconds: z
    .number()
    .int()
    .min(1)
    .max(30 * DAY_SECONDS)
    .optional(),
});
export type IssueCommandsRequest = z.infer<typeof IssueCommandsRequest>;

export const IssuedCommands = z.object({ commands: z.array(z.object({ id, deviceId: id })) });
export type IssuedCommands = z.infer<typeof IssuedCommands>;

export const CommandsQuery = z.strictObject({
  ...pageQuery,
  deviceId: id.optional(),
  rolloutId: id.optional(),
  status: someText(64).optional(),
});
export type CommandsQuery = z.infer<typeof CommandsQuery>;

export const CommandView = z.object({
  id,
  deviceId: id,
  rolloutId: id.nullable(),
  operation: z.string(),
  parameters: z.unknown(),
  status: z.string(),
  requestedBy: z.string(),
  /** Place in the order of the device's signed commands. */
  sequence: z.number().int().nullable(),
  /** snapd's changes it became, in the order they were made. */
  changeIds: z.array(z.string()),
  /** Stable code of why it did not succeed. */
  cause: z.string().nullable(),
  /** snapd's or the agent's words, unchanged. */
  message: z.string().nullable(),
  snapdKind: z.string().nullable(),
  snapdValue: z.unknown(),
  /** HTTP status of snapd's refusal. */
  snapdStatus: z.number().int().nullable(),
  /** What the verification read back from the device. */
  result: z.unknown(),
  /** What to issue, in order, to take it back; null when nothing does, or nothing is to be taken back. */
  undo: z.unknown(),
  /** The end the device reported after the command had been closed here. */
  lateStatus: z.string().nullable(),
  deadlineSeconds: z.number().int(),
  createdAt: time,
  validUntil: time,
  signedAt: time.nullable(),
  acceptedAt: time.nullable(),
  finishedAt: time.nullable(),
});
export type CommandView = z.infer<typeof CommandView>;

export const CommandPage = page(CommandView);
export type CommandPage = z.infer<typeof CommandPage>;

/** A command with the changes and tasks it became. */
export const CommandDetail = CommandView.extend({ changes: z.array(ChangeView) });
export type CommandDetail = z.infer<typeof CommandDetail>;
