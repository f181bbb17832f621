import { setTimeout as sleep } from 'node:timers/promises';

export interface EventuallyOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
  /** What is awaited, for the message: `the command to finish`. */
  readonly what: string;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_EVERY_MS = 50;

/**
 * Waits for a condition: asks `condition` until it answers something else than false, null or undefined. What it throws
 * (a failed `expect`) means "not yet" and is told when the time is over.
 * @returns the condition's answer
 * @throws after `timeoutMs`, naming `what`, with the last throw as its cause
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  options: EventuallyOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, everyMs = DEFAULT_EVERY_MS, what } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const attempt = await tryOnce(condition);
    if (isAnswer(attempt.value)) return attempt.value;
    if (Date.now() >= deadline) throw timeoutError(what, timeoutMs, attempt.thrown);
    await sleep(everyMs);
  }
}

async function tryOnce<T>(condition: () => T | Promise<T>): Promise<{ value?: T; thrown?: unknown }> {
  try {
    return { value: await condition() };
  } catch (thrown) {
    return { thrown };
  }
}

function isAnswer<T>(value: T): value is Exclude<T, false | null | undefined> {
  return value !== false && value !== null && value !== undefined;
}

function timeoutError(what: string, timeoutMs: number, thrown: unknown): Error {
  const reason = thrown instanceof Error ? `: ${thrown.message}` : '';
  return new Error(`cannot wait any longer for ${what}: ${timeoutMs} ms passed${reason}`, { cause: thrown });
}
