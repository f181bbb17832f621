/** What is told as the cause of a command that failed over a file. */
export type ArtifactErrorCode = 'artifact-failed' | 'disk-full';

/** A file an operation needs is not on the device, or one it made is not in the server. snapd was not touched for it. */
export class ArtifactError extends Error {
  constructor(
    message: string,
    /** False when what is offered is not what was ordered. */
    readonly mayWorkLater: boolean,
    readonly code: ArtifactErrorCode = 'artifact-failed',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
