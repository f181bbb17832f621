/** What cannot be read as an assertion: which one, and why. */
export class AssertionError extends Error {
  readonly code = 'bad-assertion';

  /**
   * @param assertion which one, as far as it could be told: `account-key (…)`, or its place in the stream
   * @param reason in snapd's words where snapd has some
   */
  constructor(
    readonly assertion: string,
    readonly reason: string,
  ) {
    super(`cannot read ${assertion}: ${reason}`);
    this.name = 'AssertionError';
  }
}

/** A rule of the grammar or of a type that is broken; who catches it adds which assertion it is. */
export class BrokenRuleError extends Error {
  constructor(readonly reason: string) {
    super(`cannot take an assertion as it is: ${reason}`);
    this.name = 'BrokenRuleError';
  }
}

/** Refuses what a rule does not allow. */
export function broken(reason: string): never {
  throw new BrokenRuleError(reason);
}

/** As Go prints a string in an error, close enough to be recognised. */
export const quoted = (text: string): string => JSON.stringify(text);
