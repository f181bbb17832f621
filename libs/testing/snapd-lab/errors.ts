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
