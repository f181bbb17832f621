import { LIMITS } from '@corefleet/contracts/device-protocol';
import { fitCommands, type LoadedCommand } from './fit-commands';
import type { LinkEffect } from './messages';

/**
 * What a link knows of its agent's pulls. The pull of an agent that can `standing-pull` stands: what is signed after its answer
 * is handed over under it too, without a nudge and another pull, until as much was handed over as one answer may hold.
 *
 * | load    | happens                        | next    | effects                                                            |
 * |---------|--------------------------------|---------|--------------------------------------------------------------------|
 * | idle    | pull                           | loading | load                                                               |
 * | idle    | nudged, the pull stands        | loading | load                                                               |
 * | idle    | nudged, it is used up, or none | idle    | nudge                                                              |
 * | loading | pull, nudged                   | again   | none                                                               |
 * | again   | loaded                         | loading | load anew: it may have been read too early                         |
 * | loading | loaded, and it was asked for   | idle    | commands, be there none                                            |
 * | loading | loaded, for a nudge            | idle    | commands; with none a nudge, unless some were just handed over     |
 */
export interface Pulls {
  /** One load is under way at a time. */
  readonly load: 'idle' | 'loading' | 'again';
  /** The agent waits for an answer, be it an empty one. */
  readonly asked: boolean;
  /** The agent's last accepted sequence, as its newest pull said it, or that of what was handed over since. */
  readonly from: number;
  /** Commands that may still be handed over under the newest pull. */
  readonly left: number;
  /** Monotonic milliseconds at which commands were last handed over. */
  readonly handedMs: number;
}

export interface PullsStep {
  readonly pulls: Pulls;
  readonly effects: readonly LinkEffect[];
}

export const NO_PULLS: Pulls = { load: 'idle', asked: false, from: 0, left: 0, handedMs: -Infinity };

/**
 * How long an agent may take to accept what it was handed, in milliseconds, before a nudge that finds nothing newer makes it
 * pull: then it may have lost something, and says itself what it has.
 */
const ACCEPTED_WITHIN_MS = 10_000;

const NONE: readonly LinkEffect[] = [];
const NUDGE: readonly LinkEffect[] = [{ do: 'send', frame: { type: 'nudge' } }];

/** The agent asks for what is above the sequence. */
export function pulled(pulls: Pulls, lastSequence: number, stands: boolean): PullsStep {
  return loadNow({ ...pulls, asked: true, from: lastSequence, left: stands ? LIMITS.pulledCommands : 0 });
}

/** Commands may have been signed. */
export function nudged(pulls: Pulls): PullsStep {
  return pulls.load === 'idle' && pulls.left === 0 ? { pulls, effects: NUDGE } : loadNow(pulls);
}

/** What was above `from` when it was read. */
export function loaded(pulls: Pulls, found: readonly LoadedCommand[], foundMore: boolean, nowMs: number): PullsStep {
  if (pulls.load === 'idle') return { pulls, effects: NONE };
  if (pulls.load === 'again') return loadNow({ ...pulls, load: 'idle' });
  const { commands, more, upTo } = fitCommands(found, foundMore);
  const idle: Pulls = { ...pulls, load: 'idle', asked: false };
  const answer: LinkEffect = { do: 'send', frame: { type: 'commands', commands, more } };
  if (upTo === undefined) return { pulls: idle, effects: pulls.asked ? [answer] : nudgeWhenLost(pulls, nowMs) };
  const handed = { from: upTo, left: Math.max(0, pulls.left - commands.length), handedMs: nowMs };
  return { pulls: { ...idle, ...handed }, effects: [answer] };
}

function loadNow(pulls: Pulls): PullsStep {
  if (pulls.load !== 'idle') return { pulls: { ...pulls, load: 'again' }, effects: NONE };
  return { pulls: { ...pulls, load: 'loading' }, effects: [{ do: 'load-commands', lastSequence: pulls.from }] };
}

const nudgeWhenLost = ({ handedMs }: Pulls, nowMs: number): readonly LinkEffect[] =>
  nowMs - handedMs < ACCEPTED_WITHIN_MS ? NONE : NUDGE;
