import { performance } from 'node:perf_hooks';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Principal } from '@corefleet/features/access';
import { CommandsService, takeAnswer } from '@corefleet/features/commands';
import { LIMITS } from '@corefleet/contracts/device-protocol';
import { followedLogs } from '@corefleet/operations';
import { Ids } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { Bus, Presence } from '@corefleet/platform/redis';
import { checkFollow } from './check-read';
import { CommandEnds } from './command-ends';
import { endOf } from './end-of';
import { FollowedLog, type EndReason, type Follower } from './followed-log';
import { ReadLimits, type ReadLimit } from './read-limits';
import { resultOf, timedOut } from './read-outcome';
import { ReadsService } from './reads.service';

/** Within so long the device must have begun. */
const BEGIN_SECONDS = 60;
/** Nobody follows for longer in one go. */
const FOLLOW_SECONDS = 4 * 3_600;
const RENEW_MS = 10_000;
/** A command that has ended says how many chunks there were: after so long the last ones will not come any more. */
const LAST_CHUNKS_MS = 2_000;

const LIMIT: ReadLimit = {
  what: 'followed log',
  perDevice: LIMITS.streams,
  perPerson: 8,
  leaseMs: LIMITS.streamLeaseMs,
};

/** One stream, from who follows it to the device. */
interface Follow {
  readonly commandId: string;
  readonly enrolmentId: string;
  readonly log: FollowedLog;
}

/** Logs of one device followed: a command opens the stream, pieces come over Redis under credits that go the same way. */
@Injectable()
export class FollowsService implements OnModuleDestroy {
  private readonly open = new Set<Follow>();

  constructor(
    private readonly commands: CommandsService,
    private readonly reads: ReadsService,
    private readonly ends: CommandEnds,
    private readonly limits: ReadLimits,
    private readonly database: Database,
    private readonly ids: Ids,
    private readonly bus: Bus,
    private readonly presence: Presence,
  ) {}

  /** Ends every stream, so that the server can close. */
  onModuleDestroy(): void {
    for (const { log } of this.open) log.end({ code: 'server-stops', detail: 'this copy of the server stops' });
  }

  /**
   * Follows until either side ends it. Once `follower` was opened, what goes wrong is said as the end of the stream.
   * @param gone aborted when the person is away
   * @param mayStay asked at each renewal: false ends the stream
   * @throws as ReadsService.ask does, before the follower was opened
   */
  async follow(
    principal: Principal,
    deviceId: string,
    target: string,
    follower: Follower,
    gone: AbortSignal,
    mayStay: () => Promise<boolean>,
  ): Promise<void> {
    const parameters = checkFollow(target);
    const enrolmentId = await this.reads.requireReachable(deviceId);
    const commandId = this.ids.uuid();
    const held = await this.limits.take(LIMIT, commandId, deviceId, principal.userId);
    const over = new AbortController();
    const grant = (upTo: number): void => void this.credit(enrolmentId, commandId, upTo);
    const log = new FollowedLog(enrolmentId, follower, grant, () => over.abort(), performance.now());
    const follow: Follow = { commandId, enrolmentId, log };
    const leave = (): void => log.end({ code: 'left', detail: 'nobody follows any more' });
    gone.addEventListener('abort', leave);
    const unsubscribe = await this.bus.onPiece(commandId, (piece) => log.take(piece, performance.now()));
    const renewing = setInterval(() => void this.renew(follow, held.renew, mayStay), RENEW_MS);
    const giveUp = setTimeout(() => !log.isOpen && over.abort(), BEGIN_SECONDS * 1_000);
    this.open.add(follow);
    try {
      if (gone.aborted) return;
      const ended = this.ends.wait(commandId, over.signal);
      await this.commands.issueRead(principal.actor, {
        ...{ id: commandId, deviceId, operation: followedLogs.name, parameters },
        ...{ validForSeconds: BEGIN_SECONDS, deadlineSeconds: FOLLOW_SECONDS },
      });
      await ended;
      if (!over.signal.aborted) await this.finish(follow, over.signal);
      else if (!log.wasOpened && !gone.aborted)
        throw timedOut(commandId, followedLogs.name, log.reason?.detail ?? 'the device has not begun');
    } finally {
      this.open.delete(follow);
      clearInterval(renewing);
      clearTimeout(giveUp);
      gone.removeEventListener('abort', leave);
      log.end({ code: 'left', detail: 'nobody follows any more' });
      over.abort();
      void this.stop(follow);
      await unsubscribe();
      await held.release();
    }
  }

  /** The command has ended: what came of it is said as an answer, or as the end of the stream. */
  private async finish({ commandId, log }: Follow, over: AbortSignal): Promise<void> {
    const answer = await takeAnswer(this.database, { id: commandId, operation: followedLogs.name });
    if (!answer) return log.end({ code: 'server-stops', detail: 'this copy of the server stops' });
    if (!log.isOpen) resultOf(commandId, followedLogs.name, answer);
    const { chunks, reason } = endOf(answer);
    log.endAfter(chunks, reason);
    if (over.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LAST_CHUNKS_MS);
      over.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    log.end({ code: 'chunks-lost', detail: `the end of the stream was lost; it had ended: ${reason.detail}` });
  }

  private async renew(follow: Follow, renewHold: () => Promise<void>, mayStay: () => Promise<boolean>): Promise<void> {
    const { log, enrolmentId, commandId } = follow;
    if (!log.isOpen) return renewHold();
    const reason = await this.reasonToEnd(log, mayStay);
    if (reason) return log.end(reason);
    await Promise.all([this.credit(enrolmentId, commandId, log.credit), renewHold()]);
  }

  private async reasonToEnd(log: FollowedLog, mayStay: () => Promise<boolean>): Promise<EndReason | undefined> {
    if (log.silentMs(performance.now()) > LIMITS.streamLeaseMs)
      return { code: 'device-silent', detail: `nothing was heard of the device for ${LIMITS.streamLeaseMs} ms` };
    if (!(await mayStay())) return { code: 'unauthenticated', detail: 'the credential has ended' };
    return undefined;
  }

  /** Never throws: credit that is lost comes again with the next renewal. */
  private async credit(enrolmentId: string, commandId: string, upTo: number): Promise<void> {
    await this.tell(enrolmentId, { enrolmentId, commandId, upTo, leaseMs: LIMITS.streamLeaseMs });
  }

  private async stop({ enrolmentId, commandId }: Follow): Promise<void> {
    await this.tell(enrolmentId, { enrolmentId, commandId, leaseMs: LIMITS.streamLeaseMs });
  }

  private async tell(enrolmentId: string, credit: Parameters<Bus['publishCredit']>[1]): Promise<void> {
    const [found] = await Promise.allSettled([this.presence.gateways([enrolmentId])]);
    const gatewayId = found.status === 'fulfilled' ? found.value.get(enrolmentId) : undefined;
    if (gatewayId !== undefined) this.bus.publishCredit(gatewayId, credit);
  }
}
