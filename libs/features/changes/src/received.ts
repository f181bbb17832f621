/** Something a device said, with what orders it: a later journal of the device, then a higher number, is newer. */
export interface Received<Body> {
  readonly enrolmentId: string;
  readonly journalEpoch: number;
  readonly number: number;
  readonly body: Body;
}

/** What cannot be stored, and why; kept in quarantine and acknowledged with the reason. */
export interface Unstorable {
  readonly enrolmentId: string;
  readonly journalEpoch: number;
  readonly number: number;
  readonly reason: string;
  readonly item: unknown;
}

export const unstorable = (received: Received<unknown>, reason: string): Unstorable => ({
  enrolmentId: received.enrolmentId,
  journalEpoch: received.journalEpoch,
  number: received.number,
  reason,
  item: received.body,
});
