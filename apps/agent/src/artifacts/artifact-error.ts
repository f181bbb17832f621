/** A file an operation needs is not on the device. */
export class ArtifactError extends Error {
  readonly code = 'artifact-failed';

  constructor(
    message: string,
    /** False when what is offered is not what was ordered. */
    readonly mayWorkLater: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
