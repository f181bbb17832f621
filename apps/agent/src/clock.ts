/** Time as the agent uses it; replaced in tests. */
export interface AgentClock {
  /** Milliseconds since 1970 of the device's clock, which may be wrong. */
  wallMs(): number;
  /** Milliseconds that only ever go forward; the start is arbitrary. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts: callers look at the signal. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms`. @returns the cancellation */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: AgentClock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end);
    }),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
