import { z } from 'zod';
import { id, page, pageQuery, someText, time } from './common';

export const ChangesQuery = z.strictObject({
  ...pageQuery,
  /** `true`: only those that ended; `false`: only those under way. */
  ready: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional(),
});
export type ChangesQuery = z.infer<typeof ChangesQuery>;

/** snapd's own id of a change, unique on one device until its next factory reset. */
export const ChangeParams = z.strictObject({ id, changeId: someText(64) });

/** A task as snapd shows it; what else it says is kept. */
export const TaskView = z.looseObject({
  id: z.string(),
  kind: z.string(),
  summary: z.string(),
  /** snapd's word, as of changes. */
  status: z.string(),
  log: z.array(z.string()).optional(),
  progress: z.object({ label: z.string(), done: z.number(), total: z.number() }),
});
export type TaskView = z.infer<typeof TaskView>;

/** A change as snapd showed it last, with its tasks. */
export const ChangeView = z.object({
  deviceId: id,
  enrolmentId: id,
  changeId: z.string(),
  /** The command it belongs to, where the agent knows one. */
  commandId: id.nullable(),
  kind: z.string(),
  summary: z.string(),
  /** snapd's word: Do, Doing, Done, Abort, Undo, Undoing, Undone, Error, Hold, Wait. */
  status: z.string(),
  ready: z.boolean(),
  err: z.string().nullable(),
  /** As snapd wrote it, with its nanoseconds. */
  spawnTime: z.string(),
  readyTime: z.string().nullable(),
  /** In snapd's order. The server hands in what it kept, unread. */
  tasks: z.preprocess((value) => value ?? [], z.array(TaskView)),
  data: z.unknown(),
  receivedAt: time,
});
export type ChangeView = z.infer<typeof ChangeView>;

export const ChangePage = page(ChangeView);
export type ChangePage = z.infer<typeof ChangePage>;

export const ChangeHistoryQuery = z.strictObject({
  ...pageQuery,
  /** Of the server's time: from it on, and before it. A device's clock may say anything. */
  since: z.iso.datetime({ offset: true }).pipe(z.coerce.date()).optional(),
  until: z.iso.datetime({ offset: true }).pipe(z.coerce.date()).optional(),
  /** Only of changes with this id. */
  changeId: someText(64).optional(),
});
export type ChangeHistoryQuery = z.infer<typeof ChangeHistoryQuery>;

/** A moment at which the status or the readiness of a change was another than before, as the server learnt it. */
export const ChangeMoment = z.object({
  ...ChangeView.shape,
  /** In snapd's order, of the end alone; null before. */
  tasks: z.preprocess((value) => value ?? null, z.array(TaskView).nullable()),
});
export type ChangeMoment = z.infer<typeof ChangeMoment>;

export const ChangeHistoryPage = page(ChangeMoment);
export type ChangeHistoryPage = z.infer<typeof ChangeHistoryPage>;

/** Something a device said that could not be kept as what it claims to be; acknowledged with the reason. */
export const QuarantinedItem = z.object({
  enrolmentId: id,
  /** With the number, its place among what the enrolment said: a later journal of the device has a higher epoch. */
  journalEpoch: z.number().int(),
  number: z.number().int(),
  reason: z.string(),
  /** As it was said, up to 64 KiB; what a command has shown of the device is left out. */
  item: z.unknown(),
  receivedAt: time,
});
export type QuarantinedItem = z.infer<typeof QuarantinedItem>;

export const QuarantinePage = page(QuarantinedItem);
export type QuarantinePage = z.infer<typeof QuarantinePage>;

/** A notice as snapd showed it last. */
export const NoticeView = z.object({
  enrolmentId: id,
  noticeId: z.string(),
  type: z.string(),
  key: z.string(),
  /** null: public. */
  userId: z.number().int().nullable(),
  firstOccurred: z.string(),
  lastOccurred: z.string(),
  lastRepeated: z.string(),
  occurrences: z.number().int(),
  lastData: z.unknown(),
  receivedAt: time,
});
export type NoticeView = z.infer<typeof NoticeView>;

export const NoticeList = z.object({ items: z.array(NoticeView) });
export type NoticeList = z.infer<typeof NoticeList>;
