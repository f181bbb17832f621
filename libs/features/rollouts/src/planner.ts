import type { RolloutDoes, RolloutStep } from '@corefleet/contracts/http';

/** A snap, set or system that a rollout would touch: `{kind: 'refresh', snap: 'core22', from: '1380', to: '1434'}`. */
export type PlannedAction = Readonly<Record<string, unknown>> & { readonly kind: string };

/** Why a device is left out, or what a person should know. Equal causes with equal messages are counted together. */
export interface PlanNote {
  /** Stable code, e.g. `conflict`. */
  readonly cause: string;
  /** In words, without the device's name. */
  readonly message: string;
}

/** What a rollout would do on one device. */
export interface DevicePlan {
  readonly deviceId: string;
  /** `nothing`: it is there already. */
  readonly verdict: 'change' | 'nothing' | 'blocked';
  readonly actions: readonly PlannedAction[];
  /** Not empty exactly when blocked. */
  readonly blockers: readonly PlanNote[];
  readonly warnings: readonly PlanNote[];
  /** In order; undefined: those of the rollout itself. */
  readonly steps: readonly RolloutStep[] | undefined;
  /** Back to what the device had; undefined: what its agent says takes each command back. */
  readonly rollback: readonly RolloutStep[] | undefined;
}

/** Works out, from what devices last said, what a wish takes on each of them. */
export interface Planner<Kind extends string = string> {
  /** The member of `does` that it plans. */
  readonly kind: Kind;

  /**
   * Resolves what the wish leaves open (`latest` becomes a sequence) and refuses what no device could do.
   * @returns the wish as it will be planned and kept
   * @throws InvalidRequestError with fields below `does.<kind>`
   */
  resolve(wish: PlannerWish<Kind>): Promise<PlannerWish<Kind>>;

  /** Plans of those devices, in any order, one for each. Called with pages of devices: memory stays flat. */
  plan(wish: PlannerWish<Kind>, deviceIds: readonly string[]): Promise<DevicePlan[]>;
}

type Member<Does, Kind extends string> = Does extends Readonly<Record<Kind, infer Wish>> ? Wish : never;
export type PlannerWish<Kind extends string> = Member<RolloutDoes, Kind>;

/** Injection token: the planners that a process has, each for its kind. */
export const PLANNERS = Symbol('PLANNERS');
