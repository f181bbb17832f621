import {
  isCutShort,
  type OperationContext,
  type Outcome,
  type PreparedOperation,
  type Started,
  type Verdict,
} from '@corefleet/operations';
import type { CommandArtifacts } from '../artifacts/artifact-store';
import type { OpenCommand } from '../journal/journal-state';
import type { Intent } from '../journal/record';
import { backOffMs } from '../link/back-off';
import { messageOf } from '../logger';
import type { Followed } from '../observer/change-tracker';
import { decideAdoption } from './adoption';
import type { CheckedCommand } from './check-command';
import {
  endOfChange,
  fitReport,
  journalFailure,
  TOO_LATE_TO_SEND_AGAIN,
  TOO_LATE_TO_START,
  successOf,
  type End,
} from './command-end';
import { isTransient, judgeRequest, whyOf, type Why } from './failure';
import { operationContext } from './operation-context';
import { Progress } from './progress';
import { prepareIntent } from './prepare-intent';
import type { RunnerOptions } from './runner-options';

/** Tries of a verification that snapd answers but that does not show what was ordered. */
const VERIFY_TRIES = 3;

/** The agent stops: the command goes on when it starts again. */
class StoppedError extends Error {}

/**
 * One command from its acceptance to its end. Each step is journalled before the next, so the process may die on any
 * line and `run` goes on from there.
 *
 * | state      | journalled as        | leads to                                                               |
 * |------------|----------------------|------------------------------------------------------------------------|
 * | accepted   | accepted             | intent, once the signer's time is known; expired; failed                 |
 * | intent     | intent               | started; accepted again (withdrawn: snapd is busy or away); failed       |
 * |            |                      | (refused); or of unknown fate: adopted as started, sent again, unknown   |
 * | started    | started              | following (a change) or verifying (done at once)                         |
 * | following  | -                    | rebooting while the change waits; verifying (Done); failed (cut short)   |
 * | rebooting  | -                    | following, or verifying once the boot id is another one                  |
 * | verifying  | -                    | succeeded, failed (the device does not show it), unknown (cannot tell)   |
 * | an end     | end, later acked     | -                                                                        |
 */
export class CommandRunner {
  private readonly operation: PreparedOperation;
  private readonly artifacts: CommandArtifacts;
  private readonly context: OperationContext;
  private readonly commandId: string;
  private readonly progress: Progress;

  constructor(
    private readonly options: RunnerOptions,
    private readonly open: OpenCommand,
    private readonly checked: CheckedCommand,
  ) {
    this.commandId = open.commandId;
    this.progress = new Progress(open.commandId, options.report);
    this.operation = checked.operation;
    this.artifacts = options.artifacts.forCommand(open.commandId);
    this.context = operationContext(this.artifacts, options.readBootId);
  }

  /** Trusted milliseconds since 1970 after which a command is no longer tried again. */
  get deadlineMs(): number {
    return this.open.acceptedAtMs + this.checked.envelope['deadline-seconds'] * 1000;
  }

  /** Runs the command to its end and reports it. @returns once it has ended or the agent stops; never rejects */
  async run(): Promise<void> {
    try {
      await this.end(await this.toEnd());
    } catch (error) {
      if (error instanceof StoppedError) return; // its files stay for the next run
      const fields = { commandId: this.commandId, error: messageOf(error) };
      this.options.logger.error('A command failed for a reason of the agent', fields);
      await this.end({ state: this.open.intent ? 'unknown' : 'failed', ...whyOf(error) });
    }
    await this.artifacts.dispose();
  }

  private async toEnd(): Promise<End> {
    const { intent, started } = this.open;
    if (started && intent) return this.afterStart(intent, started);
    return intent ? this.resolveFate(intent) : this.begin();
  }

  // ---- accepted -> intent -> started

  private async begin(): Promise<End> {
    const { time, signal } = this.options;
    await time.whenKnown(signal);
    this.leaveIfStopped();
    const validUntil = this.checked.envelope['valid-until'];
    if (Date.parse(validUntil) <= time.nowMs())
      return { state: 'expired', cause: 'expired', message: `the command was valid until ${validUntil}` };
    return this.tryToStart();
  }

  private async tryToStart(): Promise<End> {
    for (let attempt = 1; ; attempt += 1) {
      const intent = await prepareIntent(this.options, this.operation, this.context);
      this.leaveIfStopped();
      if ('why' in intent) {
        if (intent.kind !== 'later') return { state: 'failed', ...intent.why };
        const over = await this.waitToRetry(attempt, intent.why);
        if (over) return over;
        continue;
      }
      if (this.options.time.nowMs() >= this.deadlineMs) return TOO_LATE_TO_START;
      const sent = await this.send(intent);
      if ('state' in sent) return sent;
      const over = await this.waitToRetry(attempt, sent.why);
      if (over) return over;
    }
  }

  /** Journals the intent and sends the request. @returns the end, or why to try again later */
  private async send(intent: Intent): Promise<End | { readonly why: Why }> {
    const { journal, client } = this.options;
    try {
      await journal.append({ t: 'intent', commandId: this.commandId, intent });
    } catch (error) {
      return journalFailure(error);
    }
    this.leaveIfStopped();
    let started: Started;
    try {
      started = await this.operation.start(client, this.context);
    } catch (error) {
      return this.afterFailedRequest(intent, error);
    }
    return this.journalStart(intent, started);
  }

  private afterFailedRequest(intent: Intent, error: unknown): Promise<End | { readonly why: Why }> {
    this.leaveIfStopped();
    const failure = judgeRequest(error);
    if (failure.kind === 'unknown') {
      const { logger } = this.options;
      logger.warn('A request to snapd has an unknown fate', { commandId: this.commandId, ...failure.why });
      return this.resolveFate(intent);
    }
    this.options.journal.appendLazily({ t: 'withdrawn', commandId: this.commandId });
    return Promise.resolve(failure.kind === 'later' ? { why: failure.why } : { state: 'failed', ...failure.why });
  }

  private async journalStart(intent: Intent, started: Started): Promise<End> {
    const { journal, logger } = this.options;
    try {
      await journal.append({ t: 'started', commandId: this.commandId, started });
    } catch (error) {
      // The request is out: going on is harmless. It is kept as soon as there is room, and after a crash before that the
      // change is found by its likeness.
      journal.appendLazily({ t: 'started', commandId: this.commandId, started });
      logger.error('Cannot journal what was started', { commandId: this.commandId, error: messageOf(error) });
    }
    return this.afterStart(intent, started);
  }

  /** Waits for the next try. @returns the end when the deadline comes first */
  private async waitToRetry(attempt: number, why: Why): Promise<End | undefined> {
    const { clock, time, retry, random, signal } = this.options;
    if (time.nowMs() >= this.deadlineMs) return { state: 'failed', ...why };
    this.progress.say('accepted', why);
    const waitMs = Math.min(backOffMs(attempt, retry, random()), this.deadlineMs - time.nowMs());
    await clock.sleep(waitMs, signal);
    this.leaveIfStopped();
    return undefined;
  }

  // ---- a request of unknown fate

  private async resolveFate(intent: Intent): Promise<End> {
    const { client, tracker } = this.options;
    const away = await this.waitOutRequest(intent);
    if (away) return away;
    if (this.operation.expects === 'sync') return this.resolveSyncFate(intent);
    const changes = await this.persist(() => client.changes.list({ select: 'all' }));
    if ('state' in changes) return changes;
    const decision = decideAdoption({
      highestChangeId: intent.highestChangeId,
      changes: changes.value,
      isClaimed: (change) => tracker.isClaimedByOther(change, this.commandId),
      matches: (change) => this.operation.matches(change),
      idempotent: this.operation.idempotent,
    });
    const fields = { commandId: this.commandId, decision: decision.kind };
    this.options.logger.warn('Decided on a request of unknown fate', fields);
    if (decision.kind === 'unknown') return { state: 'unknown', cause: 'unknown-fate', message: decision.message };
    if (decision.kind === 'adopt') return this.journalStart(intent, { kind: 'change', changeId: decision.changeId });
    return this.sendAgain(intent);
  }

  /** snapd leaves no trace of what it does at once: what the device shows decides, where it can. */
  private async resolveSyncFate(intent: Intent): Promise<End> {
    const { client } = this.options;
    if (this.operation.idempotent) return this.sendAgain(intent);
    const started: Started = { kind: 'sync', result: null };
    const verdict = await this.persist(() =>
      this.operation.verify(client, { started, before: intent.before }, this.context),
    );
    if ('state' in verdict) return verdict;
    if (verdict.value.kind === 'verified') return this.journalStart(intent, started);
    return { state: 'unknown', cause: 'unknown-fate', message: verdict.value.message, result: verdict.value.result };
  }

  private async sendAgain(intent: Intent): Promise<End> {
    const { time, signal } = this.options;
    await time.whenKnown(signal);
    this.leaveIfStopped();
    if (time.nowMs() >= this.deadlineMs) return TOO_LATE_TO_SEND_AGAIN;
    for (let attempt = 1; ; attempt += 1) {
      const sent = await this.send(intent);
      if ('state' in sent) return sent;
      const over = await this.waitToRetry(attempt, sent.why);
      if (over) return over;
    }
  }

  /**
   * Until snapd cannot carry the request out any more: it has been answering for a whole time-out, for while it hung or
   * was away it may have held the request, or the device has restarted. The device's clock takes no part.
   * @returns the end when the deadline comes while snapd is away
   */
  private async waitOutRequest(intent: Intent): Promise<End | undefined> {
    const { client, clock, requestTimeoutMs, readBootId, signal } = this.options;
    const bootId = await readBootId();
    if (bootId !== undefined && intent.bootId !== undefined && bootId !== intent.bootId) return undefined;
    const answered = await this.persist(() => client.systemInfo.get());
    if ('state' in answered) return answered;
    await clock.sleep(requestTimeoutMs, signal);
    this.leaveIfStopped();
    return undefined;
  }

  // ---- started -> following -> verifying

  private async afterStart(intent: Intent, started: Started): Promise<End> {
    if (started.kind === 'sync') return this.afterSync(intent, started);
    const { changeId } = started;
    if (!started.existing) {
      this.options.tracker.claim(changeId, this.commandId, this.open.spawnTime);
      this.progress.changeIds.push(changeId);
    }
    this.progress.say('running');
    const followed = await this.follow(changeId);
    if (followed.kind === 'forgotten') return this.verifyForgotten(intent, started);
    const { change } = followed;
    if (isCutShort(change) && !this.operation.takesCutShort) return endOfChange(change);
    return this.verify({ started, before: intent.before, change });
  }

  private async afterSync(intent: Intent, started: Started): Promise<End> {
    if (this.operation.reboots === 'once') {
      this.progress.say('rebooting');
      await this.waitForRestart(intent);
    }
    return this.verify({ started, before: intent.before });
  }

  private async follow(changeId: string): Promise<Exclude<Followed, { kind: 'stopped' }>> {
    const { tracker, journal } = this.options;
    const followed = await tracker.follow(changeId, (change) => {
      journal.noteSpawnTime(this.commandId, change['spawn-time']);
      if (!change.ready) this.progress.say(change.status === 'Wait' ? 'rebooting' : 'running');
    });
    if (followed.kind === 'stopped') throw new StoppedError();
    return followed;
  }

  private async waitForRestart(intent: Intent): Promise<void> {
    const { clock, settle, time, readBootId, signal } = this.options;
    for (let attempt = 1; time.nowMs() < this.deadlineMs; attempt += 1) {
      const bootId = await readBootId();
      if (bootId === undefined || bootId !== intent.bootId) return;
      await clock.sleep(backOffMs(attempt, settle, 0), signal);
      this.leaveIfStopped();
    }
  }

  private async verify(outcome: Outcome): Promise<End> {
    this.progress.say('verifying');
    const verdict = await this.settledVerdict(outcome);
    if ('state' in verdict) return verdict;
    const { kind, result } = verdict.value;
    if (kind === 'verified') return successOf(this.operation, { ...outcome, result });
    return { state: 'failed', cause: 'not-verified', message: verdict.value.message, result };
  }

  /** snapd pruned the change, or began anew: what the device shows is all there is. */
  private async verifyForgotten(intent: Intent, started: Started): Promise<End> {
    const verdict = await this.settledVerdict({ started, before: intent.before });
    if ('state' in verdict) return verdict;
    const { kind, result } = verdict.value;
    if (kind === 'verified') return { state: 'succeeded', result };
    return { state: 'unknown', cause: 'change-forgotten', message: 'snapd no longer knows the change', result };
  }

  private async settledVerdict(outcome: Outcome): Promise<{ readonly value: Verdict } | End> {
    const { client, clock, settle, signal } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      const verdict = await this.persist(() => this.operation.verify(client, outcome, this.context));
      if ('state' in verdict || verdict.value.kind === 'verified' || attempt >= VERIFY_TRIES) return verdict;
      await clock.sleep(backOffMs(attempt, settle, 0), signal);
      this.leaveIfStopped();
    }
  }

  /** Reads again and again while snapd is away. @returns `unknown` when the deadline comes first */
  private async persist<T>(read: () => Promise<T>): Promise<{ readonly value: T } | End> {
    const { clock, time, retry, random, signal } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { value: await read() };
      } catch (error) {
        this.leaveIfStopped();
        if (!isTransient(error)) return { state: 'failed', ...whyOf(error) };
        if (time.nowMs() >= this.deadlineMs) return { state: 'unknown', ...whyOf(error) };
        await clock.sleep(backOffMs(attempt, retry, random()), signal);
        this.leaveIfStopped();
      }
    }
  }

  /** Says once more where the command is. */
  reportAgain(): void {
    this.progress.sayAgain();
  }

  private async end(end: End): Promise<void> {
    const { journal, logger } = this.options;
    const whole = { commandId: this.commandId, changeIds: [...this.progress.changeIds], ...end };
    const report = fitReport(whole, false);
    try {
      await journal.append({ t: 'end', report });
    } catch (error) {
      journal.appendLazily({ t: 'end', report });
      logger.error('Cannot journal the end of a command', { commandId: this.commandId, error: messageOf(error) });
    }
    logger.info('Command ended', { commandId: this.commandId, state: end.state, cause: end.cause });
    this.options.report(report);
  }

  private leaveIfStopped(): void {
    if (this.options.signal.aborted) throw new StoppedError();
  }
}
