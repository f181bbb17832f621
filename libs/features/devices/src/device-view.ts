/** A device as people see it. */
export interface DeviceView {
  readonly id: string;
  readonly brandId: string;
  readonly model: string;
  readonly serial: string;
  readonly labels: Record<string, string>;
  /** A gateway holds its link now. */
  readonly online: boolean;
  /** null once revoked. */
  readonly enrolmentId: string | null;
  readonly agentVersion: string | null;
  readonly protocol: number | null;
  readonly bootId: string | null;
  /** How the agent finds the snapd beside it: reachable, unreachable or garbage. */
  readonly snapdState: string | null;
  readonly lastSeenAt: Date | null;
  /** Until then a person allows it to come with another key. */
  readonly reEnrolUntil: Date | null;
  /** When another key that nobody expects last asked to be this device, and was refused. */
  readonly claimedAt: Date | null;
  /** Failures in a row, of any rollout, and until when it gets no command of one for them; null after a success. */
  readonly penalty: { readonly failures: number; readonly until: Date } | null;
  readonly createdAt: Date;
}

export interface DevicePage {
  readonly items: DeviceView[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
  /** How many the filter means, where that was asked for; not exact: at least so many. */
  readonly total?: { readonly devices: number; readonly exact: boolean };
}
