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
