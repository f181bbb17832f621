import { LIMITS } from '@corefleet/contracts/device-protocol';
import type { ChunkFrame, LinkEffect, LinkMessage } from './messages';

/** A read that somebody follows, as its credit has it. */
export interface Stream {
  readonly commandId: string;
  /** Number of the last chunk that may come. */
  readonly upTo: number;
  /** Number of the last chunk that came. */
  readonly came: number;
  /** Monotonic milliseconds at which it is forgotten. */
  readonly untilMs: number;
}

type Streams = readonly Stream[];

/** With the credit; unchanged when the link carries as many as may be. Credit and lease never shrink. */
export function withCredit(streams: Streams, credit: Extract<LinkMessage, { kind: 'credited' }>): Streams {
  const { commandId, upTo, leaseMs, nowMs } = credit;
  const live = streams.filter(({ untilMs }) => untilMs > nowMs);
  const known = live.find((stream) => stream.commandId === commandId);
  if (!known && live.length >= LIMITS.streams) return live;
  const stream: Stream = {
    commandId,
    upTo: Math.max(upTo, known?.upTo ?? 0),
    came: known?.came ?? 0,
    untilMs: Math.max(nowMs + leaseMs, known?.untilMs ?? 0),
  };
  return [...live.filter((other) => other !== known), stream];
}

export const without = (streams: Streams, commandId: string): Streams =>
  streams.filter((stream) => stream.commandId !== commandId);

/**
 * What becomes of a chunk: handed on, left out (nobody follows it any more, or it came before), or more than its credit.
 * The word that a read is open is handed on before there is any credit for it.
 */
export function takeChunk(streams: Streams, chunk: ChunkFrame): { streams: Streams; fate: 'relay' | 'drop' | 'over' } {
  const stream = streams.find(({ commandId }) => commandId === chunk.commandId);
  if (chunk.entries.length === 0) return { streams, fate: stream || chunk.n === 0 ? 'relay' : 'drop' };
  if (!stream || chunk.n <= stream.came) return { streams, fate: 'drop' };
  if (chunk.n > stream.upTo) return { streams, fate: 'over' };
  const moved = { ...stream, came: chunk.n };
  return { streams: streams.map((other) => (other === stream ? moved : other)), fate: 'relay' };
}

/** Nothing more comes over this link. */
export const endOfStreams = (streams: Streams, reason: string): LinkEffect[] =>
  streams.map(({ commandId }) => ({ do: 'end-stream', commandId, reason }));
