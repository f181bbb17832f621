import type { CommandReport, Envelope, SignedCommand } from '@corefleet/contracts/device-protocol';
import type { PreparedOperation } from '@corefleet/operations';
import type { LocalPolicy } from '../config/policy';
import { JournalNotWritableError } from '../journal/journal';
import type { OpenCommand } from '../journal/journal-state';
import type { SigningKeys } from '../link/signing-keys';
import { messageOf } from '../logger';
import type { Reads } from '../reads/reads';
import { checkCommand, isRead, restoreCommand, type CheckedCommand } from './check-command';
import { CommandRunner } from './command-runner';
import type { RunnerOptions } from './runner-options';
import { Slots } from './slots';

export interface CommandsOptions extends RunnerOptions {
  readonly keys: SigningKeys;
  readonly enrolmentId: string;
  /** serial.model.brand-id of this device. */
  readonly device: string;
  readonly policy: LocalPolicy;
  readonly reads: Reads;
  /** A command has ended: these facts, or any, may be others now. */
  ended(touches: PreparedOperation['touches']): void;
}

/** Commands that make a change and run at the same time. Aborts and what snapd does at once are not counted. */
const CONCURRENT = 8;

/** Accepts commands in the order of their sequence and runs them; what only reads is left to the reads. */
export class Commands {
  private readonly running = new Map<string, { readonly runner: CommandRunner; readonly done: Promise<void> }>();
  private readonly slots = new Slots(CONCURRENT);
  /** Resolves when all that was delivered is taken. */
  private taking = Promise.resolve();

  constructor(private readonly options: CommandsOptions) {}

  /** Commands that have not ended. */
  get openCount(): number {
    return this.running.size;
  }

  /** Highest sequence accepted so far; those of reads count until the agent restarts. */
  get lastSequence(): number {
    return Math.max(this.options.journal.state.lastSequence, this.options.reads.lastSequence);
  }

  /** Goes on with what an earlier run of the agent left, and reports its ends that nobody has acknowledged. */
  resume(): void {
    const { journal, report, tracker } = this.options;
    for (const { commandId, started, spawnTime } of journal.state.open.values())
      if (started?.kind === 'change' && !started.existing) tracker.claim(started.changeId, commandId, spawnTime);
    for (const { report: end, acked } of journal.state.ends.values()) if (!acked) report(end);
    for (const open of [...journal.state.open.values()].sort((a, b) => a.sequence - b.sequence)) {
      const checked = restoreCommand(open.command);
      // The server may not have heard of it, and under another id of the journal it asks which commands are still known.
      if (checked && !open.started) report({ commandId: open.commandId, state: 'accepted', changeIds: [] });
      if (checked) this.start(open, checked);
      else void this.endUnrunnable(open);
    }
  }

  /**
   * Takes delivered commands, after those that were delivered before: a sequence that is not above the last is a replay.
   * Resolves when each is accepted, refused or known.
   */
  receive(commands: readonly SignedCommand[]): Promise<void> {
    const taken = this.taking.then(async () => {
      for (const command of commands) await this.take(command);
    });
    this.taking = taken.catch(() => undefined);
    return taken;
  }

  /** Resolves when no command is under way any more: after `signal` was aborted. */
  async idle(): Promise<void> {
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  private async take(command: SignedCommand): Promise<void> {
    const { keys, enrolmentId, device, policy, journal, reads, time, logger } = this.options;
    const check = checkCommand(command, {
      keys,
      enrolmentId,
      device,
      policy,
      lastSequence: this.lastSequence,
      nowMs: time.nowMs(),
      fence: journal.state.fence,
      isKnown: (id) => this.running.has(id) || journal.state.ends.has(id) || reads.isKnown(id),
    });
    switch (check.kind) {
      case 'acceptable':
        if (check.checked.operation.risk === 'read') return reads.take(check.checked);
        return this.accept(command, check.checked);
      case 'known':
        return this.reportKnown(check.commandId);
      case 'expired': {
        const message = `the command was valid until ${check.envelope['valid-until']}`;
        return this.refuse(check.envelope, { state: 'expired', cause: 'expired', message });
      }
      case 'doubtful':
        return this.refuse(check.envelope, { state: 'unknown', cause: 'journal-damaged', message: MAY_HAVE_BEEN_DONE });
      case 'rejected': {
        const { cause, message, envelope, claimedId } = check;
        logger.warn('Refused a command', { commandId: envelope?.['message-id'] ?? claimedId, cause, reason: message });
        if (envelope) return this.refuse(envelope, { state: 'rejected', cause, message });
        if (claimedId) this.options.report({ commandId: claimedId, state: 'rejected', changeIds: [], cause, message });
      }
    }
  }

  private async accept(command: SignedCommand, checked: CheckedCommand): Promise<void> {
    const { journal, time, logger, report } = this.options;
    const { 'message-id': commandId, sequence } = checked.envelope;
    const acceptedAtMs = time.nowMs();
    try {
      await journal.append({ t: 'accepted', sequence, commandId, command, atMs: acceptedAtMs });
    } catch (error) {
      if (!(error instanceof JournalNotWritableError)) throw error;
      logger.error('Cannot accept a command', { commandId, error: messageOf(error) });
      const end = { commandId, state: 'failed' as const, changeIds: [], cause: error.code, message: messageOf(error) };
      journal.appendLazily({ t: 'sequence', sequence });
      journal.appendLazily({ t: 'end', report: end });
      return report(end);
    }
    logger.info('Command accepted', { commandId, operation: checked.operation.name, sequence });
    report({ commandId, state: 'accepted', changeIds: [] });
    this.start({ commandId, sequence, command, acceptedAtMs }, checked);
  }

  /** A refusal of a trusted envelope uses its sequence up, and is kept until the server has it. */
  private async refuse(envelope: Envelope, why: Pick<CommandReport, 'state' | 'cause' | 'message'>): Promise<void> {
    const { journal, reads, report, logger } = this.options;
    const end = { commandId: envelope['message-id'], changeIds: [], ...why };
    if (why.cause === 'wrong-enrolment' || why.cause === 'wrong-device') return report(end);
    if (isRead(envelope)) return reads.refuse(envelope, why);
    try {
      await journal.append({ t: 'sequence', sequence: envelope.sequence }, { t: 'end', report: end });
    } catch (error) {
      logger.error('Cannot journal a refusal', { commandId: end.commandId, error: messageOf(error) });
      journal.appendLazily({ t: 'sequence', sequence: envelope.sequence });
      journal.appendLazily({ t: 'end', report: end });
    }
    report(end);
  }

  private reportKnown(commandId: string): void {
    const end = this.options.journal.state.ends.get(commandId);
    if (end) this.options.report(end.report);
    else this.running.get(commandId)?.runner.reportAgain();
  }

  private start(open: OpenCommand, checked: CheckedCommand): void {
    const runner = new CommandRunner(this.options, open, checked);
    const done = this.runInSlot(runner, checked).finally(() => {
      this.running.delete(open.commandId);
      this.options.ended(checked.operation.touches);
    });
    this.running.set(open.commandId, { runner, done });
  }

  private async runInSlot(runner: CommandRunner, checked: CheckedCommand): Promise<void> {
    if (checked.operation.expects === 'sync') return runner.run();
    const release = await this.slots.take();
    const { clock, time, signal } = this.options;
    // Past its deadline a command is still followed, but no longer holds up others.
    const cancel = clock.after(Math.min(Math.max(0, runner.deadlineMs - time.nowMs()), LONGEST_TIMER_MS), release);
    signal.addEventListener('abort', cancel);
    try {
      await runner.run();
    } finally {
      signal.removeEventListener('abort', cancel);
      cancel();
      release();
    }
  }

  /** The agent was replaced by one that does not know the operation. */
  private async endUnrunnable(open: OpenCommand): Promise<void> {
    const state = open.intent ? 'unknown' : 'failed';
    const message = 'this version of the agent does not know the operation or its parameters';
    const end: CommandReport = { commandId: open.commandId, state, changeIds: [], cause: 'unknown-operation', message };
    try {
      await this.options.journal.append({ t: 'end', report: end });
    } catch (error) {
      this.options.journal.appendLazily({ t: 'end', report: end });
      this.options.logger.error('Cannot journal the end of a command', { error: messageOf(error) });
    }
    this.options.report(end);
  }
}

const MAY_HAVE_BEEN_DONE =
  "the agent's journal was damaged after the command was signed: it may have been carried out before";

/** What a timer can hold: about 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
