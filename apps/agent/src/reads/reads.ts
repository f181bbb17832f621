import type { CommandReport, Envelope } from '@corefleet/contracts/device-protocol';
import type { OperationContext, PreparedOperation } from '@corefleet/operations';
import { SnapdClient, type SnapdTransport } from '@corefleet/snapd-client';
import type { ArtifactStore } from '../artifacts/artifact-store';
import type { AgentClock } from '../clock';
import type { CheckedCommand } from '../commands/check-command';
import { fitReport, type End } from '../commands/command-end';
import { judgeRead, whyOf, type Why } from '../commands/failure';
import { operationContext } from '../commands/operation-context';
import { Slots } from '../commands/slots';
import { backOffMs, type BackOffLimits } from '../link/back-off';
import type { TrustedTime } from '../link/trusted-time';
import { messageOf, type AgentLogger } from '../logger';
import { boundTransport } from './bound-transport';
import type { Follows } from './follows';

/** What the reads of one device share. */
export interface ReadsOptions {
  readonly snapd: SnapdTransport;
  readonly time: TrustedTime;
  readonly clock: AgentClock;
  readonly random: () => number;
  readonly artifacts: ArtifactStore;
  readonly follows: Follows;
  readonly logger: AgentLogger;
  /** Aborted when the agent stops: what is under way is forgotten. */
  readonly signal: AbortSignal;
  /** Waits between tries while snapd is away. */
  readonly retry: BackOffLimits;
  readBootId(): Promise<string | undefined>;
  /** Somebody waits for it: it is sent at once. */
  report(report: CommandReport): void;
}

/** Reads that run at the same time; the others wait in line. */
const CONCURRENT = 8;
/** Reads accepted and not ended: the next one is refused. */
const OPEN_MOST = 64;
/** Reads that have ended and are still known when they are delivered once more. */
const REMEMBERED = 200;

/**
 * Commands of class `read`. None is journalled: a read changes nothing, so it may be lost, and carried out twice does no
 * harm. Its sequence counts in memory alone. After a restart the agent pulls from the last sequence that its journal
 * knows: a read above it that is still valid comes again and is read again; one below it (something journalled came
 * after) is lost, and its asker hears that it took too long. What was signed for this device can be replayed to it only
 * within its validity, which for a read that a person asks through the API is a minute.
 */
export class Reads {
  private readonly open = new Map<string, Promise<void>>();
  private readonly ended = new Set<string>();
  private readonly slots = new Slots(CONCURRENT);
  private sequence = 0;

  constructor(private readonly options: ReadsOptions) {}

  /** Highest sequence of a read that was taken since this process started; 0 for none. */
  get lastSequence(): number {
    return this.sequence;
  }

  /** Whether the read is under way or has just ended: what is delivered twice is read once. */
  isKnown(commandId: string): boolean {
    return this.open.has(commandId) || this.ended.has(commandId);
  }

  /** Begins a read beside those that run. Its end is reported; never throws. */
  take(checked: CheckedCommand): void {
    const { 'message-id': commandId, sequence } = checked.envelope;
    this.sequence = Math.max(this.sequence, sequence);
    if (this.open.size >= OPEN_MOST) {
      const message = `cannot read so much at once: ${OPEN_MOST} reads are under way`;
      return this.end(checked, { state: 'failed', cause: 'too-many-reads', message });
    }
    this.open.set(commandId, this.run(checked));
  }

  /** Says that a read was refused, and counts its sequence. */
  refuse(envelope: Envelope, why: Pick<CommandReport, 'state' | 'cause' | 'message'>): void {
    this.sequence = Math.max(this.sequence, envelope.sequence);
    this.remember(envelope['message-id']);
    this.options.report({ commandId: envelope['message-id'], changeIds: [], ...why });
  }

  /** Resolves when none is under way any more: after `signal` was aborted. */
  async idle(): Promise<void> {
    await Promise.all(this.open.values());
  }

  private async run(checked: CheckedCommand): Promise<void> {
    const { logger, signal } = this.options;
    // What is followed is bounded by itself: for hours it would take the place of what is read in a moment.
    const release = checked.operation.follow ? () => {} : await this.slots.take();
    const over = new AbortController();
    const stop = (): void => over.abort();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      const end = await this.toEnd(checked, over);
      if (!signal.aborted) this.end(checked, end);
    } catch (error) {
      logger.error('A read failed for a reason of the agent', { error: messageOf(error) });
      this.end(checked, { state: 'failed', ...whyOf(error) });
    } finally {
      signal.removeEventListener('abort', stop);
      this.open.delete(checked.envelope['message-id']);
      release();
    }
  }

  /** @param over aborts what is asked of snapd: at the deadline, or when the agent stops */
  private async toEnd(checked: CheckedCommand, over: AbortController): Promise<End> {
    const { clock, time, artifacts, readBootId } = this.options;
    const { 'message-id': commandId, 'valid-until': validUntil, 'deadline-seconds': seconds } = checked.envelope;
    if (Date.parse(validUntil) <= time.nowMs())
      return { state: 'expired', cause: 'expired', message: `the command was valid until ${validUntil}` };
    const cancel = clock.after(Math.min(seconds * 1000, LONGEST_TIMER_MS), () => over.abort());
    const files = artifacts.forCommand(commandId);
    try {
      if (checked.operation.follow) return await this.follow(checked, over);
      return await this.persist(checked, operationContext(files, readBootId), over.signal);
    } finally {
      cancel();
      await files.dispose();
    }
  }

  private follow(checked: CheckedCommand, over: AbortController): Promise<End> {
    this.options.report({ commandId: checked.envelope['message-id'], state: 'running', changeIds: [] });
    return this.options.follows.follow(checked, over);
  }

  /** Reads until snapd has answered: it may be restarting. */
  private async persist(checked: CheckedCommand, context: OperationContext, signal: AbortSignal): Promise<End> {
    const { clock, retry, random, report } = this.options;
    let last: Why = {};
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const read = await this.readOnce(checked.operation, context, signal);
      if ('state' in read) return read;
      if (signal.aborted) break;
      last = read.why;
      if (attempt === 1)
        report({ commandId: checked.envelope['message-id'], state: 'accepted', changeIds: [], ...last });
      await clock.sleep(backOffMs(attempt, retry, random()), signal);
    }
    const message = 'snapd did not answer within the deadline of the command';
    return { state: 'failed', cause: 'too-late', message, ...last };
  }

  /** @returns the end, or why to try again */
  private async readOnce(
    operation: PreparedOperation,
    context: OperationContext,
    signal: AbortSignal,
  ): Promise<End | { readonly why: Why }> {
    // tried again here, where why is kept: the client's own tries would swallow it
    const client = new SnapdClient(boundTransport(this.options.snapd, signal), { retryForMs: 0 });
    try {
      const started = await operation.start(client, context);
      const verdict = await operation.verify(client, { started, before: null }, context);
      if (verdict.kind === 'verified') return { state: 'succeeded', result: verdict.result };
      return { state: 'failed', cause: 'not-verified', message: verdict.message, result: verdict.result };
    } catch (error) {
      const { kind, why } = judgeRead(error);
      return kind === 'later' || signal.aborted ? { why } : { state: 'failed', ...why };
    }
  }

  private end({ envelope }: CheckedCommand, end: End): void {
    const { 'message-id': commandId, 'message-kind': operation } = envelope;
    this.remember(commandId);
    this.options.logger.info('Read ended', { commandId, operation, state: end.state, cause: end.cause });
    this.options.report(fitReport({ commandId, changeIds: [], ...end }, true));
  }

  private remember(commandId: string): void {
    this.ended.add(commandId);
    const [oldest] = this.ended;
    if (this.ended.size > REMEMBERED && oldest !== undefined) this.ended.delete(oldest);
  }
}

/** What a timer can hold: about 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
