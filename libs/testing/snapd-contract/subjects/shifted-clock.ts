import { realClock, type Clock } from '@corefleet/snapd-simulator';

/** The process's clock, that a test can set forward: timers are not hurried by it. */
export class ShiftedClock implements Clock {
  private shiftNs = 0n;
  readonly setTimer = realClock.setTimer;

  nowNs(): bigint {
    return realClock.nowNs() + this.shiftNs;
  }

  pass(ms: number): void {
    this.shiftNs += BigInt(ms) * 1_000_000n;
  }
}
