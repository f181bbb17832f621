/** Debian's packages (or the right to run them) cannot be had here; `message` names why and the way out. */
export class SnapdUnavailableError extends Error {
  readonly code = 'snapd-unavailable';
  override readonly name = 'SnapdUnavailableError';
}

/** A lab that was prepared did not do what it was asked: start, answer or stop in time. */
export class SnapdLabError extends Error {
  readonly code = 'snapd-lab-failed';
  override readonly name = 'SnapdLabError';
}

/** The `code` of a system error, '' without one. Not by `instanceof`: Node's own errors are of another realm under Jest. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** What an error says, whatever its realm. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
