import type { NoticeSnapshot } from '@corefleet/contracts/device-protocol';
import {
  isRequestCanceled,
  SnapdError,
  timestampToNs,
  type Change,
  type Notice,
  type SnapdClient,
} from '@corefleet/snapd-client';
import type { AgentClock } from '../clock';
import type { NoticesCursor } from '../journal/record';
import { backOffMs, type BackOffLimits } from '../link/back-off';
import { messageOf, type AgentLogger } from '../logger';
import { higherChangeId } from './change-id';
import { CursorTrail } from './cursor-trail';
import type { SnapdWatch } from './snapd-watch';

export interface NoticesOptions {
  readonly client: SnapdClient;
  readonly clock: AgentClock;
  readonly random: () => number;
  readonly watch: SnapdWatch;
  readonly logger: AgentLogger;
  readonly signal: AbortSignal;
  /** How long snapd may hold one question, in milliseconds. */
  readonly waitMs: number;
  readonly backOff: BackOffLimits;
  /** Where an earlier run came to. */
  readonly cursor: NoticesCursor | undefined;
  /** Reports a notice; `settled` is called once the server has it. */
  report(notice: NoticeSnapshot, settled: () => void): void;
  changeHinted(changeId: string): void;
  /** snapd answers again: anything may have happened meanwhile. @returns all changes @throws what the client throws */
  readChanges(): Promise<readonly Change[]>;
  /** Everything up to the cursor is with the server. */
  moveCursor(cursor: NoticesCursor): void;
}

/**
 * Follows snapd's notices without losing one (snapd overlord/state/notices.go): the cursor is the `last-repeated` of
 * the last element, verbatim; it is trusted only while snapd still has the notice it came from and the device's clock
 * is not behind it, otherwise everything is read once.
 */
export class Notices {
  private readonly trail: CursorTrail;
  private position: NoticesCursor | undefined;
  /** The highest id of a change up to the position; undefined until all were read in snapd's present state. */
  private highest: string | undefined;
  /** Questions in a row that failed, or were answered with nothing before their time. */
  private failures = 0;

  constructor(private readonly options: NoticesOptions) {
    this.position = options.cursor;
    this.trail = new CursorTrail((cursor) => options.moveCursor(cursor));
  }

  /** Follows until `signal` is aborted; never rejects. */
  async run(): Promise<void> {
    const { signal, clock, backOff, random, watch, logger } = this.options;
    while (!signal.aborted) {
      try {
        await this.followOnce();
      } catch (error) {
        this.highest = undefined;
        if (signal.aborted) return;
        if (!isRequestCanceled(error)) watch.failed(error);
        this.failures += 1;
        logger.debug('Cannot follow notices', { error: messageOf(error) });
        await clock.sleep(backOffMs(this.failures, backOff, random()), signal);
      }
    }
  }

  /**
   * The highest id of any change there is now. While notices are followed this asks for those after the cursor alone:
   * snapd records one when it makes a change (overlord/state/change.go), so nothing is missed; otherwise it lists all.
   */
  async highestChangeId(): Promise<string> {
    const { client } = this.options;
    const known = this.highest;
    if (known === undefined) return highestOf(await client.changes.list({ select: 'all' }));
    const fresh = await client.notices.list({ types: ['change-update'], ...this.after() });
    return fresh.map(({ key }) => key).reduce(higherChangeId, known);
  }

  /** From a connection to its failure. */
  private async followOnce(): Promise<never> {
    const { client, signal, watch } = this.options;
    await this.checkCursor();
    // What happened while nobody looked is not read one by one: the list of all changes follows.
    this.take(await client.notices.list(this.after(), { signal }), () => undefined);
    watch.reached();
    this.highest = highestOf(await this.options.readChanges());
    for (;;) {
      this.take(await this.poll(), this.options.changeHinted);
      watch.reached();
    }
  }

  /**
   * The notices after the cursor, or none once the time of one question has passed. A snapd that is stopping fails each
   * question at once (500 `request canceled`), and some answer none at once: only a question that was held, or answered
   * with something, is a sign of health, and the others come at growing intervals.
   */
  private async poll(): Promise<readonly Notice[]> {
    const { client, clock, signal, waitMs, backOff, random } = this.options;
    const beganMs = clock.monotonicMs();
    const notices = await client.notices.list({ ...this.after(), timeoutMs: waitMs }, { signal });
    if (notices.length > 0 || clock.monotonicMs() - beganMs >= waitMs / 2) {
      this.failures = 0;
    } else {
      this.failures += 1;
      await clock.sleep(backOffMs(this.failures, backOff, random()), signal);
      signal.throwIfAborted();
    }
    return notices;
  }

  private after(): { after?: string } {
    return this.position ? { after: this.position.after } : {};
  }

  private async checkCursor(): Promise<void> {
    if (this.position && !(await this.isTrusted(this.position))) {
      this.options.logger.info('Reading all notices: the cursor is from another state or time', { ...this.position });
      this.position = undefined;
    }
  }

  private async isTrusted(cursor: NoticesCursor): Promise<boolean> {
    const { client, clock, signal } = this.options;
    if (timestampToNs(cursor.after) > BigInt(Math.ceil(clock.wallMs())) * 1_000_000n) return false;
    try {
      const { type, key } = await client.notices.get(cursor.id, { signal });
      return type === cursor.type && key === cursor.key;
    } catch (error) {
      if (error instanceof SnapdError && error.status === 404) return false;
      throw error;
    }
  }

  private take(notices: readonly Notice[], changeHinted: (changeId: string) => void): void {
    const { report } = this.options;
    for (const notice of notices) {
      const { id, type, key } = notice;
      this.position = { after: notice['last-repeated'], id, type, key };
      report(toSnapshot(notice), this.trail.add(this.position));
      if (type !== 'change-update') continue;
      if (this.highest !== undefined) this.highest = higherChangeId(this.highest, key);
      changeHinted(key);
    }
  }
}

const highestOf = (changes: readonly Change[]): string => changes.map(({ id }) => id).reduce(higherChangeId, '0');

function toSnapshot(notice: Notice): NoticeSnapshot {
  const last = notice['last-repeated'];
  const { id, type, key, occurrences = 1 } = notice;
  return {
    id,
    'user-id': notice['user-id'],
    type,
    key,
    'first-occurred': notice['first-occurred'] ?? last,
    'last-occurred': notice['last-occurred'] ?? last,
    'last-repeated': last,
    occurrences,
    ...(notice['last-data'] && { 'last-data': notice['last-data'] }),
    ...(notice['repeat-after'] !== undefined && { 'repeat-after': notice['repeat-after'] }),
    ...(notice['expire-after'] !== undefined && { 'expire-after': notice['expire-after'] }),
  };
}
