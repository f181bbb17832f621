import * as z from 'zod/mini';
import { LIMITS } from './limits';
import { SignedCommand, SignedTime } from './envelope';

const text = z.string().check(z.maxLength(512));

/** How the agent finds the snapd beside it: a change of this is worth a frame of its own. */
const snapdState = z.enum(['reachable', 'unreachable', 'garbage']);

/**
 * What an agent sends. Order on a link: `hello` first and once; then `pull` whenever it is ready for commands,
 * `report` whenever it has something to say, `heartbeat` at the interval `welcome` asked for, and `chunk` under the credit of
 * a followed read.
 * The items of a report are parsed one by one (`ReportItem`): a poison item is quarantined and the others are kept.
 */
export const AgentFrame = z.discriminatedUnion('type', [
  // Not strict: a newer agent that still speaks our protocol may say more of itself.
  z.object({
    type: z.literal('hello'),
    /** Protocols the agent speaks, newest first. */
    protocols: z.array(z.int()).check(z.minLength(1), z.maxLength(8)),
    agentVersion: text,
    /** What else it can do: `operation:<name>` for each of its catalogue, and `standing-pull`. */
    capabilities: z.array(text).check(z.maxLength(1024)),
    /** Minted when the agent's journal was created. */
    journalId: z.uuid(),
    /** Highest command sequence the agent accepted; 0 for none. */
    lastSequence: z.int().check(z.nonnegative()),
    bootId: z.optional(text),
    snapdState,
    /** Random, base64url; the signer's time comes back signed over it. */
    timeNonce: text,
  }),
  z.strictObject({ type: z.literal('pull'), lastSequence: z.int().check(z.nonnegative()) }),
  z.strictObject({
    type: z.literal('report'),
    items: z.array(z.unknown()).check(z.minLength(1), z.maxLength(LIMITS.reportItems)),
  }),
  /**
   * What a followed read has to say. `n` counts the chunks with entries, from 1, and none is sent above the credit. One
   * without entries says that the read is open and how many came before: the answer to each credit.
   */
  z.strictObject({
    type: z.literal('chunk'),
    commandId: z.uuid(),
    n: z.int().check(z.nonnegative()),
    entries: z.array(z.unknown()),
  }),
  z.strictObject({ type: z.literal('heartbeat'), bootId: z.optional(text), snapdState }),
]);
export type AgentFrame = z.infer<typeof AgentFrame>;

/** What a gateway sends. */
export const ServerFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.int(),
    heartbeatMs: z.int(),
    /** Facts are re-read on every n-th heartbeat. */
    factsEveryBeats: z.int(),
    /** Digests of the facts that the server has, by name: equal ones need not be told, others may be told as differences. */
    facts: z.optional(z.record(z.string(), z.string())),
  }),
  /** The signer's time for the nonce of hello. Until one has come, an agent starts no command. */
  z.object({ type: z.literal('time'), signed: SignedTime }),
  /** There may be commands: pull. Carries nothing, may be lost, may come twice. */
  z.object({ type: z.literal('nudge') }),
  /**
   * Answer to a pull, lowest sequence first; `more` asks the agent to pull again after it has accepted these. To an agent
   * whose pulls stand it also comes unasked.
   */
  z.object({ type: z.literal('commands'), commands: z.array(SignedCommand), more: z.boolean() }),
  /** These items are committed (or quarantined, with the reason): the agent may forget them. */
  z.object({
    type: z.literal('ack'),
    numbers: z.array(z.int()),
    quarantined: z.array(z.object({ n: z.int(), reason: z.string() })),
  }),
  /**
   * Of a followed read the agent may send the chunks up to number `upTo`, and keeps it open for `leaseMs` more. Cumulative:
   * one that is lost is made good by the next, and one that comes late takes nothing back.
   */
  z.object({
    type: z.literal('credit'),
    commandId: z.uuid(),
    upTo: z.int().check(z.nonnegative()),
    leaseMs: z.int().check(z.positive()),
  }),
  /** Nobody follows this read any more. May be lost: the lease ends it then. */
  z.object({ type: z.literal('stop'), commandId: z.uuid() }),
  /** The link is about to be closed; come back after `reconnectAfterMs` plus a random part of `jitterMs`. */
  z.object({ type: z.literal('bye'), reason: z.string(), reconnectAfterMs: z.int(), jitterMs: z.int() }),
]);
export type ServerFrame = z.infer<typeof ServerFrame>;
