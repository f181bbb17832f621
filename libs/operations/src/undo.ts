import type { Outcome } from './operation';

/** An operation that is done: what was seen before and after, and what verification showed. */
export interface Done extends Outcome {
  readonly result: unknown;
}

/** One operation to issue, with parameters that fit it. */
export interface UndoStep {
  readonly operation: string;
  readonly parameters: object;
}

/** How an operation is taken back. */
export interface Undo<P> {
  /** Names of the operations that `steps` may name. */
  readonly by: readonly string[];
  /**
   * What to issue, in order; nothing when there is nothing to take back, or what was seen does not tell what.
   * Pure: of the parameters, and of what was seen before and after.
   */
  steps(parameters: P, done: Done): readonly UndoStep[];
}
