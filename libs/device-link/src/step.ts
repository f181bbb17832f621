import { STANDING_PULL, type AgentFrame, type ReportItem } from '@corefleet/contracts/device-protocol';
import { debtMs, isOverdrawn, takeTokens } from './bucket';
import { CLOSE_CODES, comeBack } from './close-codes';
import { endOfStreams, takeChunk, withCredit, without } from './streams';
import type {
  ChunkFrame,
  CutReason,
  HeartbeatFrame,
  HelloFrame,
  LinkEffect,
  LinkFault,
  LinkMessage,
  PoisonItem,
} from './messages';
import { parseFrame, parseItem } from './parse-frame';
import { loaded, nudged, pulled, type Pulls, type PullsStep } from './pulls';
import type { LinkPolicy, LinkSession } from './session';

/*
 * One device's link, as a pure machine: (session, message) -> (session, effects).
 *
 * phase    message                      next      effects
 * opened   frame hello, spoken          joining   record the link
 *          frame hello, none spoken     closed    record the link as refused, bye, close
 *          frame other, or bad          closed    bye, close
 * joining  frame pull|report|heartbeat  joining   held until recorded
 *          more than may be held        closed    bye, close
 *          recorded                     joined    welcome, hold presence, ask time, then the held frames
 * joined   frame pull, nudged           joined    load commands, or nudge: see pulls.ts
 *          frame report                 joined    store items; poison ones with the reason
 *          frame heartbeat              joined    touch the link
 *          frame hello, or bad          closed    bye, close
 *          stored | loaded | time       joined    ack | commands | time
 *          frame chunk                  joined    relay under credit; over it closed
 *          credited, stopped            joined    credit, stop
 * joining, joined
 *          draining                     leaving   bye; no frame is read any more, acks of what was taken still go out
 * any live too many frames              closed    bye, close (a small excess only pauses the reading)
 *          binary                       closed    bye, close
 *          cut                          closed    bye, close
 *          lost                         closed    release presence, where held
 * closed   anything                     closed    none
 */

export interface LinkStep {
  readonly session: LinkSession;
  readonly effects: readonly LinkEffect[];
}

const NONE: readonly LinkEffect[] = [];

/** The next session of a link and what is to be done, in order. Never throws, whatever the device sends. */
export function step(session: LinkSession, message: LinkMessage, policy: LinkPolicy): LinkStep {
  if (session.phase === 'closed') return { session, effects: NONE };
  switch (message.kind) {
    case 'frame':
      return session.phase === 'leaving' ? { session, effects: NONE } : takeFrame(session, message, policy);
    case 'binary':
      return fault(session, 'binary-frame', 'cannot read frame: binary');
    case 'recorded':
      return session.phase === 'joining' ? join(session, message, policy) : { session, effects: NONE };
    case 'stored':
      return acknowledge(session, message);
    case 'loaded':
      return withPulls(session, (pulls) => loaded(pulls, message.commands, message.more, message.nowMs));
    case 'time':
      return whenJoined(session, { do: 'send', frame: { type: 'time', signed: message.signed } });
    case 'nudged':
      return withPulls(session, nudged);
    case 'credited':
      return credit(session, message);
    case 'stopped':
      return stop(session, message.commandId);
    case 'cut':
      return end(session, message.reason, NONE);
    case 'draining':
      return leave(session, message);
    case 'lost':
      return { session: gone(session), effects: released(session, 'link-lost') };
  }
}

function takeFrame(session: LinkSession, message: { text: string; nowMs: number }, policy: LinkPolicy): LinkStep {
  const frames = takeTokens(session.frames, policy.frames, 1, message.nowMs);
  if (isOverdrawn(frames, policy.frames)) return fault(session, 'too-many-frames', 'cannot read so many frames');
  const counted = { ...session, frames };
  const taken = readFrame(counted, message.text, message.nowMs, policy);
  return withPause(taken, Math.max(debtMs(frames, policy.frames), debtMs(taken.session.items, policy.items)));
}

function withPause(taken: LinkStep, forMs: number): LinkStep {
  if (forMs === 0 || taken.session.phase === 'closed') return taken;
  return { session: taken.session, effects: [...taken.effects, { do: 'pause', forMs }] };
}

function readFrame(session: LinkSession, text: string, nowMs: number, policy: LinkPolicy): LinkStep {
  if (session.phase === 'joining') return hold(session, text, policy);
  const parsed = parseFrame(text, policy.spokenProtocols);
  switch (parsed.kind) {
    case 'bad':
      return fault(session, 'bad-frame', parsed.reason);
    case 'not-spoken':
      return session.phase === 'opened'
        ? refuseProtocol(session, parsed.protocols, parsed.hello)
        : fault(session, 'out-of-order', 'cannot take a second hello');
    case 'frame':
      return session.phase === 'opened'
        ? greet(session, parsed.frame, policy)
        : act(session, parsed.frame, nowMs, policy);
  }
}

/** While the store is away, links stay in this phase: what they may make us keep is little. */
function hold(session: LinkSession, text: string, { held: most }: LinkPolicy): LinkStep {
  const held = [...session.held, text];
  const characters = held.reduce((total, frame) => total + frame.length, 0);
  if (held.length > most.frames || characters > most.characters)
    return fault(session, 'too-many-frames', 'cannot hold so many frames before the welcome');
  return { session: { ...session, held }, effects: NONE };
}

function refuseProtocol(session: LinkSession, protocols: readonly number[], hello: HelloFrame | undefined): LinkStep {
  const detail = `cannot speak any of the protocols ${protocols.slice(0, 8).join(', ')}`;
  const refused = fault(session, 'protocol-not-spoken', detail);
  if (!hello) return refused;
  const visible: LinkEffect = { do: 'record-link', hello, protocol: Math.max(...protocols), refused: true };
  return { session: refused.session, effects: [visible, ...refused.effects] };
}

function greet(session: LinkSession, frame: AgentFrame, policy: LinkPolicy): LinkStep {
  if (frame.type !== 'hello') return fault(session, 'out-of-order', `cannot take a ${frame.type} before hello`);
  const protocol = policy.spokenProtocols.find((spoken) => frame.protocols.includes(spoken)) ?? 0;
  return {
    session: {
      ...session,
      phase: 'joining',
      protocol,
      timeNonce: frame.timeNonce,
      pullsStand: frame.capabilities.includes(STANDING_PULL),
      bootId: frame.bootId,
      snapdState: frame.snapdState,
    },
    effects: [{ do: 'record-link', hello: frame, protocol, refused: false }],
  };
}

function join(
  session: LinkSession,
  recorded: Extract<LinkMessage, { kind: 'recorded' }>,
  policy: LinkPolicy,
): LinkStep {
  const { journalEpoch, facts } = recorded;
  const { heartbeatMs, factsEveryBeats } = policy;
  const effects: LinkEffect[] = [
    {
      do: 'send',
      frame: { type: 'welcome', protocol: session.protocol, heartbeatMs, factsEveryBeats, facts: { ...facts } },
    },
    { do: 'hold-presence' },
    { do: 'ask-time', nonce: session.timeNonce },
  ];
  let joined: LinkSession = { ...session, phase: 'joined', journalEpoch, held: [] };
  for (const text of session.held) {
    if (joined.phase === 'closed') break;
    const read = readFrame(joined, text, joined.items.atMs, policy);
    joined = read.session;
    effects.push(...read.effects);
  }
  return { session: joined, effects };
}

function act(session: LinkSession, frame: AgentFrame, nowMs: number, policy: LinkPolicy): LinkStep {
  switch (frame.type) {
    case 'hello':
      return fault(session, 'out-of-order', 'cannot take a second hello');
    case 'pull':
      return withPulls(session, (pulls) => pulled(pulls, frame.lastSequence, session.pullsStand));
    case 'report':
      return report(session, frame.items, nowMs, policy);
    case 'chunk':
      return chunk(session, frame);
    case 'heartbeat':
      return beat(session, frame);
  }
}

function withPulls(session: LinkSession, next: (pulls: Pulls) => PullsStep): LinkStep {
  if (session.phase !== 'joined') return { session, effects: NONE };
  const { pulls, effects } = next(session.pulls);
  return { session: pulls === session.pulls ? session : { ...session, pulls }, effects };
}

function report(session: LinkSession, values: readonly unknown[], nowMs: number, policy: LinkPolicy): LinkStep {
  const unacked = session.unacked + values.length;
  if (unacked > policy.unackedItems)
    return fault(session, 'too-many-unacked', `cannot take ${unacked} unacknowledged items`);
  const tokens = takeTokens(session.items, policy.items, values.length, nowMs);
  const items: ReportItem[] = [];
  const poison: PoisonItem[] = [];
  for (const value of values) {
    const parsed = parseItem(value);
    if (!parsed) return fault(session, 'bad-frame', 'cannot read item: it has no number');
    if ('good' in parsed) items.push(parsed.good);
    else poison.push(parsed.poison);
  }
  return { session: { ...session, unacked, items: tokens }, effects: [{ do: 'store-items', items, poison }] };
}

function chunk(session: LinkSession, frame: ChunkFrame): LinkStep {
  const { streams, fate } = takeChunk(session.streams, frame);
  if (fate === 'over') return fault(session, 'over-credit', `cannot take chunk ${frame.n}: there is no credit for it`);
  return { session: { ...session, streams }, effects: fate === 'relay' ? [{ do: 'relay', chunk: frame }] : NONE };
}

function credit(session: LinkSession, message: Extract<LinkMessage, { kind: 'credited' }>): LinkStep {
  if (session.phase !== 'joined') return { session, effects: NONE };
  const streams = withCredit(session.streams, message);
  const { commandId, upTo, leaseMs } = message;
  if (!streams.some((stream) => stream.commandId === commandId)) return { session, effects: NONE };
  const frame = { type: 'credit' as const, commandId, upTo, leaseMs };
  return { session: { ...session, streams }, effects: [{ do: 'send', frame }] };
}

function stop(session: LinkSession, commandId: string): LinkStep {
  const stopped = { ...session, streams: without(session.streams, commandId) };
  return whenJoined(stopped, { do: 'send', frame: { type: 'stop', commandId } });
}

function beat(session: LinkSession, frame: HeartbeatFrame): LinkStep {
  const bootId = frame.bootId ?? session.bootId;
  const { snapdState } = frame;
  const changed = bootId !== session.bootId || snapdState !== session.snapdState;
  return { session: { ...session, bootId, snapdState }, effects: [{ do: 'touch-link', bootId, snapdState, changed }] };
}

function acknowledge(session: LinkSession, message: Extract<LinkMessage, { kind: 'stored' }>): LinkStep {
  const done = message.numbers.length + message.quarantined.length;
  const frame = { type: 'ack' as const, numbers: [...message.numbers], quarantined: [...message.quarantined] };
  return { session: { ...session, unacked: Math.max(0, session.unacked - done) }, effects: [{ do: 'send', frame }] };
}

function leave(session: LinkSession, times: { reconnectAfterMs: number; jitterMs: number }): LinkStep {
  const { reconnectAfterMs, jitterMs } = times;
  const bye: LinkEffect = { do: 'send', frame: { type: 'bye', reason: 'draining', reconnectAfterMs, jitterMs } };
  const session_: LinkSession = { ...session, phase: 'leaving', streams: [], held: [] };
  return { session: session_, effects: [bye, ...released(session, 'draining')] };
}

function whenJoined(session: LinkSession, effect: LinkEffect): LinkStep {
  return { session, effects: session.phase === 'joined' ? [effect] : NONE };
}

function fault(session: LinkSession, name: LinkFault, detail: string): LinkStep {
  return end(session, name, [{ do: 'note', fault: name, detail }]);
}

function end(session: LinkSession, reason: LinkFault | CutReason, before: readonly LinkEffect[]): LinkStep {
  const effects: LinkEffect[] = [
    ...before,
    { do: 'send', frame: { type: 'bye', reason, ...comeBack(reason) } },
    { do: 'close', code: CLOSE_CODES[reason] ?? 4000, reason },
    ...released(session, reason),
  ];
  return { session: gone(session), effects };
}

const gone = (session: LinkSession): LinkSession => ({ ...session, phase: 'closed', streams: [], held: [] });

/** @param reason what who follows a read is told */
const released = (session: LinkSession, reason: string): readonly LinkEffect[] =>
  session.phase === 'joined' ? [{ do: 'release-presence' }, ...endOfStreams(session.streams, reason)] : NONE;
