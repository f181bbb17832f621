import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { LIMITS, ServerFrame } from '@corefleet/contracts/device-protocol';
import type { Talker } from './enrol-talkers';
import { openTalkerLink } from './open-talker-link';

/** A report frame as it goes over the link, and the numbers of its items. */
export interface ReportFrame {
  readonly numbers: readonly number[];
  readonly text: string;
}

const AGAIN_MS = 200;

/**
 * Says report frames over a device's link, as many at once as an agent may, until each item is acknowledged. When the link
 * breaks it comes back and says what was not acknowledged again, the last first: what was committed comes twice and late.
 */
export class LinkTeller {
  /** Frames by the numbers that are not acknowledged yet. */
  private readonly unacked = new Map<number, ReportFrame>();
  private readonly journalId = randomUUID();
  private again: ReportFrame[] = [];
  private socket: WebSocket | undefined;
  private ended = false;
  /** Items that were sent over this link and not answered; some may be the same, said twice. */
  private inFlight = 0;
  /** Items that were acknowledged, each as often as it was said. */
  acked = 0;
  /** Links that broke while there was something to say. */
  breaks = 0;

  /**
   * @param gatewayUrl where to go now; asked again after each break
   * @param frames in the order in which they are said first
   */
  constructor(
    private readonly gatewayUrl: () => string,
    private readonly talker: Talker,
    private readonly frames: Iterator<ReportFrame>,
  ) {}

  /** Opens the link ahead. */
  async open(): Promise<void> {
    while (!this.socket && !this.ended) {
      this.socket = await openTalkerLink(this.gatewayUrl(), this.talker, this.journalId).catch(() => undefined);
      if (!this.socket) await sleep(AGAIN_MS * (0.5 + Math.random()));
    }
  }

  /** Resolves when everything is acknowledged. @throws when the server could not keep an item */
  async tell(): Promise<void> {
    while (!this.ended) {
      await this.open();
      const { socket } = this;
      if (socket) await this.tellOver(socket);
    }
  }

  /** Says nothing any more, however much is left. */
  stop(): void {
    this.ended = true;
    this.socket?.terminate();
  }

  private async tellOver(socket: WebSocket): Promise<void> {
    const sayOn = (): void => {
      this.ended = !this.say(socket);
      if (this.ended) socket.terminate();
    };
    await new Promise<void>((resolve, reject) => {
      socket.on('close', resolve);
      socket.on('message', (data: Buffer) => {
        try {
          if (this.hear(data.toString('utf8'))) sayOn();
        } catch (error) {
          reject(error as Error);
          socket.terminate();
        }
      });
      if (socket.readyState === socket.OPEN) sayOn();
      else resolve();
    });
    this.socket = undefined;
    if (this.ended) return;
    this.breaks += 1;
    this.again = [...this.again, ...new Set(this.unacked.values())].reverse();
    this.unacked.clear();
    this.inFlight = 0;
  }

  /** @returns whether something was acknowledged */
  private hear(text: string): boolean {
    if (!text.startsWith('{"type":"ack"')) return false;
    const frame = ServerFrame.parse(JSON.parse(text));
    if (frame.type !== 'ack') return false;
    if (frame.quarantined[0]) throw new Error(`cannot tell: ${frame.quarantined[0].reason}`);
    for (const number of frame.numbers) this.unacked.delete(number);
    this.inFlight -= frame.numbers.length;
    this.acked += frame.numbers.length;
    return true;
  }

  /** @returns whether anything is left to be acknowledged */
  private say(socket: WebSocket): boolean {
    for (;;) {
      const frame = this.again.shift() ?? this.nextFrame();
      if (!frame) break;
      if (this.inFlight + frame.numbers.length > LIMITS.unackedItems) {
        this.again.unshift(frame);
        break;
      }
      this.inFlight += frame.numbers.length;
      for (const number of frame.numbers) this.unacked.set(number, frame);
      socket.send(frame.text);
    }
    return this.inFlight > 0;
  }

  private nextFrame(): ReportFrame | undefined {
    const { done, value } = this.frames.next();
    return done ? undefined : value;
  }
}
