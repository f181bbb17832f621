import { FleetError } from '@corefleet/platform/errors';

/** More bytes than the server takes. */
export class ArtifactTooLargeError extends FleetError {
  readonly code = 'artifact-too-large';

  constructor(readonly mostBytes: number) {
    super(`cannot keep the file: it has more than ${mostBytes} bytes`);
  }
}

/** The upload ended before the file did, or nothing came for too long: nothing of it is kept. */
export class UploadCutError extends FleetError {
  readonly code = 'upload-cut';

  constructor(cause: unknown) {
    super('cannot keep the file: its upload was cut', { cause });
  }
}

/** The server's own disk is full: somebody has to make room. */
export class ArtifactStorageFullError extends FleetError {
  readonly code = 'storage-full';

  constructor(cause: unknown) {
    super('cannot keep the file: the disk of the server is full', { cause });
  }
}

/** The row is there and the bytes are not, or not all: the directory was lost or is not the shared one. */
export class ArtifactBytesMissingError extends FleetError {
  readonly code = 'artifact-bytes-missing';

  constructor(readonly sha256: string) {
    super(`cannot read artifact "${sha256}": its bytes are missing, upload it again`);
  }
}
