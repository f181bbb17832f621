/** One field that is wrong and why; a feature makes an `InvalidRequestError` of them. */
export interface TimeProblem {
  /** Dotted path, beginning with the field the caller named. */
  readonly field: string;
  readonly message: string;
}
