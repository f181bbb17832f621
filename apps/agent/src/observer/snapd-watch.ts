import { SnapdGarbageError, SnapdTimeoutError, SnapdUnreachableError } from '@corefleet/snapd-client';

export type SnapdState = 'reachable' | 'unreachable' | 'garbage';

/** How the agent last found the snapd beside it. */
export class SnapdWatch {
  private current: SnapdState = 'reachable';

  constructor(private readonly changed: (state: SnapdState) => void) {}

  get state(): SnapdState {
    return this.current;
  }

  /** snapd answered, be it a refusal. */
  reached(): void {
    this.set('reachable');
  }

  /** A request failed: takes from the error what it says of snapd. */
  failed(error: unknown): void {
    if (error instanceof SnapdGarbageError) this.set('garbage');
    else if (error instanceof SnapdUnreachableError || error instanceof SnapdTimeoutError) this.set('unreachable');
    else this.set('reachable');
  }

  private set(state: SnapdState): void {
    if (state === this.current) return;
    this.current = state;
    this.changed(state);
  }
}
