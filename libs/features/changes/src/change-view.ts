/** A change as snapd showed it, newest snapshot; times as snapd wrote them. */
export interface ChangeView {
  readonly deviceId: string;
  readonly enrolmentId: string;
  readonly changeId: string;
  readonly commandId: string | null;
  readonly kind: string;
  readonly summary: string;
  /** snapd's: Do, Doing, Done, Abort, Undo, Undoing, Undone, Error, Hold, Wait */
  readonly status: string;
  readonly ready: boolean;
  readonly err: string | null;
  readonly spawnTime: string;
  readonly readyTime: string | null;
  readonly tasks: unknown;
  readonly data: unknown;
  readonly receivedAt: Date;
}

/** A notice as snapd showed it. userId null: public. */
export interface NoticeView {
  readonly enrolmentId: string;
  readonly noticeId: string;
  readonly type: string;
  readonly key: string;
  readonly userId: number | null;
  readonly firstOccurred: string;
  readonly lastOccurred: string;
  readonly lastRepeated: string;
  readonly occurrences: number;
  readonly lastData: unknown;
  readonly receivedAt: Date;
}

/** A moment at which the status or the readiness of a change was other than before, as the server learnt it. */
export interface ChangeMoment extends Omit<ChangeView, 'tasks' | 'data'> {
  /** Of the end alone; null before. */
  readonly tasks: unknown;
  /** Of the end alone; null before. */
  readonly data: unknown;
}

/** Something a device said that could not be kept as what it claims to be. */
export interface QuarantinedView {
  readonly enrolmentId: string;
  /** With the number, its place among what the enrolment said. */
  readonly journalEpoch: number;
  readonly number: number;
  readonly reason: string;
  readonly item: unknown;
  readonly receivedAt: Date;
}
