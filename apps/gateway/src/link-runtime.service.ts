import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { WebSocket, type RawData } from 'ws';
import { openedSession, silence, step, type LinkEffect, type LinkMessage } from '@corefleet/device-link';
import { Bus } from '@corefleet/platform/redis';
import type { ActiveEnrolment } from './enrolments.repository';
import { EventOutbox } from './event-outbox';
import { GatewayContext } from './gateway-context';
import { Link, type LinkDriver } from './link';
import { LinkRecords } from './link-records';
import { LinkRegistry } from './link-registry';
import type { LinkSocket } from './link-socket';
import { PresenceKeeper } from './presence-keeper';
import { PullLoader } from './pull-loader';
import { ReportLanes } from './report-lanes';
import { SignerTime } from './signer-time';
import { Wheel } from './wheel';

/** What an agent that does not read may make us hold for it. */
const UNREAD_BYTES = 2 * 1024 * 1024;
/** From asking a socket to close until it is torn down. */
const TEAR_DOWN_AFTER_MS = 2_000;
/** Links that read on in one turn of the wheel, so that the end of a jam is not the start of the next. */
const RESUMED_AT_ONCE = 200;
const PAUSE_WHEN_FULL_MS = 100;
/** Past this much of one device's that waits to be stored, no more is read from it: it fills its own share, not that of others. */
const UNSTORED_BYTES = 1024 * 1024;
const RESUME_EVERY_MS = 50;

/** Drives the links: hands what happens to the pure machine of libs/device-link and does what it says. */
@Injectable()
export class LinkRuntime implements LinkDriver {
  private readonly paused = new Set<Link>();
  /** Nobody is read, since the lanes are full. */
  private isJammed = false;

  constructor(
    private readonly context: GatewayContext,
    private readonly registry: LinkRegistry,
    private readonly records: LinkRecords,
    private readonly presence: PresenceKeeper,
    private readonly pulls: PullLoader,
    private readonly lanes: ReportLanes,
    private readonly time: SignerTime,
    private readonly outbox: EventOutbox,
    private readonly bus: Bus,
    private readonly wheel: Wheel,
  ) {
    const { heartbeatMs } = context.policy;
    wheel.every(RESUME_EVERY_MS, 'resume', (nowMs) => this.resume(nowMs));
    wheel.every(Math.max(RESUME_EVERY_MS, Math.min(heartbeatMs / 5, 5_000)), 'silence', (nowMs) =>
      this.listenForSilence(nowMs),
    );
  }

  /** Takes over a socket whose upgrade was admitted; an earlier link of the same enrolment makes way. */
  open(socket: LinkSocket, enrolment: ActiveEnrolment): void {
    const nowMs = performance.now();
    const link = new Link(
      enrolment.enrolmentId,
      enrolment.deviceId,
      socket,
      openedSession(this.context.policy, nowMs),
      this,
      nowMs,
    );
    socket.link = link;
    this.registry.add(link)?.deliver({ kind: 'cut', reason: 'replaced' });
  }

  read(link: Link, data: RawData, isBinary: boolean): void {
    const nowMs = performance.now();
    link.heardMs = nowMs;
    link.deliver(isBinary ? { kind: 'binary' } : { kind: 'frame', text: textOf(data), nowMs });
  }

  /** The socket is gone, for whatever reason. */
  lost(link: Link): void {
    link.deliver({ kind: 'lost' });
    this.registry.remove(link);
    this.paused.delete(link);
    if (link.stamp > 0) this.outbox.add('devices', link.deviceId);
  }

  deliver(link: Link, message: LinkMessage): void {
    const { session, effects } = step(link.session, message, this.context.policy);
    link.session = session;
    for (const effect of effects) this.perform(link, effect, message);
    if (link.socket.bufferedAmount > UNREAD_BYTES && !link.isClosed) {
      link.deliver({ kind: 'cut', reason: 'slow-reader' });
      link.socket.terminate();
    }
  }

  private perform(link: Link, effect: LinkEffect, message: LinkMessage): void {
    switch (effect.do) {
      case 'send':
        if (link.socket.readyState === WebSocket.OPEN) link.socket.send(JSON.stringify(effect.frame));
        return;
      case 'close':
        return this.close(link, effect.code, effect.reason);
      case 'pause':
        return this.pause(link, effect.forMs);
      case 'record-link':
        return void this.record(link, effect, 0);
      case 'touch-link':
        this.records.touch(link.enrolmentId, effect.bootId, effect.snapdState);
        if (effect.changed) this.outbox.add('devices', link.deviceId);
        return;
      case 'hold-presence':
        return this.presence.hold(link.enrolmentId);
      case 'release-presence':
        if (!this.registry.get(link.enrolmentId) || this.registry.holds(link)) this.presence.release(link.enrolmentId);
        return;
      case 'ask-time':
        return void this.askTime(link, effect.nonce, 0);
      case 'load-commands':
        return void this.load(link, effect.lastSequence, 0);
      case 'store-items':
        this.lanes.add({
          link,
          items: effect.items,
          poison: effect.poison,
          bytes: message.kind === 'frame' ? message.text.length : 0,
        });
        if (link.unstoredBytes > UNSTORED_BYTES || this.lanes.isFull) this.pause(link, PAUSE_WHEN_FULL_MS);
        if (this.lanes.isFull) this.pauseAll();
        return;
      case 'relay': {
        const { commandId, n, entries } = effect.chunk;
        return this.bus.publishPiece(commandId, { enrolmentId: link.enrolmentId, n, entries });
      }
      case 'end-stream':
        return this.bus.publishPiece(effect.commandId, { enrolmentId: link.enrolmentId, ended: effect.reason });
      case 'note':
        this.context.logger.warn(
          { enrolmentId: link.enrolmentId, fault: effect.fault, detail: effect.detail },
          'Agent broke the protocol',
        );
        return;
    }
  }

  private close(link: Link, code: number, reason: string): void {
    this.registry.leave(link);
    this.paused.delete(link);
    link.tearDownMs = performance.now() + TEAR_DOWN_AFTER_MS;
    link.socket.resume();
    link.socket.close(code, reason);
  }

  private pause(link: Link, forMs: number): void {
    link.pausedUntilMs = Math.max(link.pausedUntilMs, performance.now() + forMs);
    link.socket.pause();
    this.paused.add(link);
  }

  /** All, not only those who have just spoken: with one more frame of each of ten thousand the memory would be gone. */
  private pauseAll(): void {
    if (this.isJammed) return;
    this.isJammed = true;
    for (const link of this.registry.links()) this.pause(link, PAUSE_WHEN_FULL_MS);
  }

  /** Reads on from links that have waited off their debt, while there is room for what they say. */
  private resume(nowMs: number): void {
    let resumed = 0;
    if (!this.lanes.isFull) this.isJammed = false;
    for (const link of this.paused) {
      link.heardMs = nowMs;
      if (nowMs < link.pausedUntilMs || this.lanes.isFull || resumed === RESUMED_AT_ONCE) continue;
      if (link.unstoredBytes > UNSTORED_BYTES) continue;
      this.paused.delete(link);
      link.socket.resume();
      resumed += 1;
    }
  }

  private listenForSilence(nowMs: number): void {
    for (const link of this.registry.links()) {
      const quiet = silence(link.heardMs, nowMs, this.context.policy.heartbeatMs);
      if (quiet === 'ping' && link.socket.readyState === WebSocket.OPEN) link.socket.ping();
      else if (quiet === 'gone') link.deliver({ kind: 'cut', reason: 'silent' });
    }
    for (const link of this.registry.departing()) if (nowMs > link.tearDownMs) link.socket.terminate();
  }

  private async record(link: Link, effect: Extract<LinkEffect, { do: 'record-link' }>, attempt: number): Promise<void> {
    const { enrolmentId } = link;
    try {
      const { journalEpoch, stamp, facts } = await this.records.record({
        enrolmentId,
        hello: effect.hello,
        protocol: effect.protocol,
        refused: effect.refused,
      });
      if (effect.refused || link.isClosed) return;
      link.stamp = stamp;
      if (stamp < link.otherStamp) return link.deliver({ kind: 'cut', reason: 'replaced' });
      link.deliver({ kind: 'recorded', journalEpoch, facts });
      this.outbox.add('devices', link.deviceId);
    } catch (error) {
      this.again(link, 'Link not recorded', error, attempt, () => void this.record(link, effect, attempt + 1));
    }
  }

  private async askTime(link: Link, nonce: string, attempt: number): Promise<void> {
    try {
      link.deliver({ kind: 'time', signed: await this.time.sign(link.enrolmentId, nonce) });
    } catch (error) {
      this.again(link, 'Time not signed', error, attempt, () => void this.askTime(link, nonce, attempt + 1));
    }
  }

  private async load(link: Link, lastSequence: number, attempt: number): Promise<void> {
    try {
      const { commands, more } = await this.pulls.load(link.enrolmentId, lastSequence);
      link.deliver({ kind: 'loaded', commands, more, nowMs: performance.now() });
    } catch (error) {
      this.again(link, 'Commands not loaded', error, attempt, () => void this.load(link, lastSequence, attempt + 1));
    }
  }

  private again(link: Link, what: string, error: unknown, attempt: number, run: () => void): void {
    if (link.isClosed) return;
    this.context.logger.warn({ error, enrolmentId: link.enrolmentId, attempt }, `${what}, it is tried again`);
    this.wheel.retry(attempt, () => {
      if (!link.isClosed) run();
    });
  }
}

function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString('utf8');
  return Array.isArray(data) ? Buffer.concat(data).toString('utf8') : Buffer.from(data).toString('utf8');
}
