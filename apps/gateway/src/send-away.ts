import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Link } from './link';

const SLICE_MS = 100;
const COME_BACK_AFTER_MS = 500;
const LEAST_JITTER_MS = 1_000;

export interface Pace {
  /** Links a second that the other gateways can admit, all together; 0 without any. */
  readonly perSecond: number;
  /** Monotonic; what is left then is sent away at once. */
  readonly untilMs: number;
}

/**
 * Tells agents to come back elsewhere: a slice every tenth of a second, no more than the others admit meanwhile, so that
 * each device is away for a second or two and is served until then. Without another gateway there is nothing to wait
 * for: all are told at once and come back, spread, when this one does.
 * @param perSecond links one gateway admits in a second
 */
export async function sendAway(links: readonly Link[], pace: Pace, perSecond: number): Promise<void> {
  const slice = Math.max(1, Math.floor((pace.perSecond * SLICE_MS) / 1_000));
  let sent = 0;
  while (pace.perSecond > 0 && sent < links.length && performance.now() < pace.untilMs) {
    for (const link of links.slice(sent, sent + slice)) leave(link, LEAST_JITTER_MS);
    sent += slice;
    if (sent < links.length) await sleep(SLICE_MS);
  }
  const left = links.slice(sent);
  const jitterMs = Math.max(LEAST_JITTER_MS, Math.ceil((left.length / (pace.perSecond || perSecond)) * 1_000));
  for (const link of left) leave(link, jitterMs);
}

const leave = (link: Link, jitterMs: number): void =>
  link.deliver({ kind: 'draining', reconnectAfterMs: COME_BACK_AFTER_MS, jitterMs });
