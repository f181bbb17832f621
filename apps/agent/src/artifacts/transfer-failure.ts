import { HttpStatusError } from '../link/http-json';
import { ArtifactError } from './artifact-error';

/** Answers that another try may change: a nonce that an older gateway has no more (401), a server that is busy, away or full for now. */
const MAY_WORK_LATER: ReadonlySet<number> = new Set([401, 408, 429]);
/** A directory that cannot be written stays so; a connection that broke may be made again. */
const OF_THE_DISK: ReadonlySet<string> = new Set(['EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EISDIR', 'EIO']);
const DISK_FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** @param what for the error: `cannot <what>: ...` */
export function transferFailure(error: unknown, what: string): ArtifactError {
  if (error instanceof ArtifactError) return error;
  if (error instanceof HttpStatusError) {
    const mayWorkLater = MAY_WORK_LATER.has(error.status) || error.status >= 500;
    return new ArtifactError(error.message, mayWorkLater, 'artifact-failed', { cause: error.cause });
  }
  const { code } = error as NodeJS.ErrnoException;
  if (DISK_FULL.has(code ?? ''))
    return new ArtifactError(`cannot ${what}: the disk of the device is full`, false, 'disk-full', { cause: error });
  return new ArtifactError(`cannot ${what}`, !OF_THE_DISK.has(code ?? ''), 'artifact-failed', { cause: error });
}
