import { VirtualClock } from '@corefleet/snapd-simulator';
import type { AgentClock } from '../clock';

/** Real turns in which sockets get their say. */
const TURNS = 12;

/** Time of a device and its agent that moves only when told to, and whose clock on the wall may be set. */
export class VirtualTime implements AgentClock {
  /** For the simulated snapd. */
  readonly clock = new VirtualClock(BigInt(Date.now()) * 1_000_000n);
  private steppedMs = 0;

  wallMs(): number {
    return Number(this.clock.nowNs() / 1_000_000n);
  }

  monotonicMs(): number {
    return this.wallMs() - this.steppedMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = (): void => {
        cancel();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.clock.setTimer(ms, end);
      signal?.addEventListener('abort', end);
    });
  }

  after(ms: number, callback: () => void): () => void {
    return this.clock.setTimer(ms, callback);
  }

  /** Sets the device's clock by so much, forth or back, as a hand or a time server does. */
  step(ms: number): void {
    this.clock.step(ms);
    this.steppedMs += ms;
  }

  /** Lets time pass in steps of `everyMs`, and what it sets off happen after each. */
  async pass(ms: number, everyMs = 5000): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= everyMs) {
      await this.clock.advance(Math.min(everyMs, leftMs));
      await this.settle();
    }
  }

  /** Lets time pass, a second at a time, until something is so. */
  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find();
      if (found) return found;
      await this.pass(1000, 1000);
    }
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}
