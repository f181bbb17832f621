import { timeSigningText, TimeStatement, type SignedTime } from '@corefleet/contracts/device-protocol';
import type { AgentClock } from '../clock';
import type { SigningKeys } from './signing-keys';

export type TimeRefusal = 'bad-signature' | 'not-a-statement' | 'another-enrolment' | 'another-nonce';

/**
 * The signer's clock, carried on by monotonic time. The device's own clock takes no part.
 * Before a statement has come only the floor is known: the time is at least that.
 */
export class TrustedTime {
  private base: { readonly timeMs: number; readonly monotonicMs: number } | undefined;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly clock: AgentClock,
    private floorMs: number,
  ) {}

  /** Whether a signed statement has come since this process started. */
  get known(): boolean {
    return this.base !== undefined;
  }

  /** Milliseconds since 1970; while not `known`, a lower bound of it. */
  nowMs(): number {
    if (!this.base) return this.floorMs;
    return Math.max(this.floorMs, this.base.timeMs + (this.clock.monotonicMs() - this.base.monotonicMs));
  }

  /** Takes a statement over `nonce`. @returns why it was refused, or undefined */
  take(signed: SignedTime, keys: SigningKeys, enrolmentId: string, nonce: string): TimeRefusal | undefined {
    if (!keys.verify(signed.keyId, timeSigningText(signed.statement), signed.signature)) return 'bad-signature';
    const statement = parseStatement(signed.statement);
    if (!statement) return 'not-a-statement';
    if (statement['enrolment-id'] !== enrolmentId) return 'another-enrolment';
    if (statement.nonce !== nonce) return 'another-nonce';
    this.base = { timeMs: Date.parse(statement.time), monotonicMs: this.clock.monotonicMs() };
    this.floorMs = Math.max(this.floorMs, this.base.timeMs);
    for (const wake of [...this.waiting]) wake();
    return undefined;
  }

  /** Resolves once the time is known, or when `signal` aborts. */
  whenKnown(signal: AbortSignal): Promise<void> {
    if (this.known || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}

function parseStatement(text: string): TimeStatement | undefined {
  try {
    return TimeStatement.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
