import type {
  Gate,
  Limits,
  PlannedDevice,
  PlanSummary,
  RolloutDoes,
  TargetEventView as TargetEventJson,
  WaveGate,
  Window,
} from '@corefleet/contracts/http';

export interface WaveView {
  /** From 1. 0 holds the devices that the plan leaves out. */
  readonly number: number;
  readonly asked: unknown;
  readonly gate: WaveGate;
  readonly size: number;
  readonly status: string;
  /** Targets by state, outside phase apply by `phase:state`; they add up to `size`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly startedAt: Date | null;
  readonly settledAt: Date | null;
  readonly finishedAt: Date | null;
}

/** A rollout as people see it. */
export interface RolloutView {
  readonly id: string;
  readonly name: string;
  /** Without secrets. */
  readonly does: RolloutDoes;
  readonly filter: string;
  readonly status: string;
  readonly statusSince: Date;
  readonly reason: string | null;
  readonly priority: number;
  readonly limits: Limits;
  readonly gate: Gate;
  readonly deadlineSeconds: number;
  readonly attempts: { readonly most: number; readonly backoffSeconds: number };
  readonly catchUp: string;
  readonly window: Window | null;
  readonly precheck: boolean;
  readonly lateJoiners: boolean;
  readonly startAt: Date | null;
  readonly expiresAt: Date | null;
  readonly approvalsNeeded: number;
  readonly planVersion: number;
  readonly planDigest: string;
  readonly plan: PlanSummary;
  readonly targetCount: number;
  readonly waves: WaveView[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly version: number;
}

export interface RolloutPage {
  readonly items: RolloutView[];
  readonly next?: string;
}

/** One device of a rollout. */
export interface TargetView {
  readonly deviceId: string;
  readonly serial: string;
  readonly wave: number;
  readonly site: string;
  readonly phase: string;
  readonly status: string;
  readonly cause: string | null;
  readonly message: string | null;
  readonly late: string | null;
  readonly attempt: number;
  readonly step: number;
  readonly commandId: string | null;
  readonly notBefore: Date | null;
}

export interface TargetPage {
  readonly items: TargetView[];
  readonly next?: string;
}

/** What a rollout is planned to do on one device; its steps without secrets. */
export type PlannedDeviceView = PlannedDevice;

/** What a person said to the plan of a rollout. */
export interface ApprovalView {
  readonly personId: string;
  readonly personName: string;
  readonly decision: string;
  readonly remark: string | null;
  readonly at: Date;
  /** It is for the plan as it is now. */
  readonly valid: boolean;
}

/** One transition of a target. */
export type TargetEventView = Omit<TargetEventJson, 'at'> & { readonly at: Date };
