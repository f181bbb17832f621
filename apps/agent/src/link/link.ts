import { randomBytes } from 'node:crypto';
import WebSocket, { type RawData } from 'ws';
import {
  AgentFrame,
  LIMITS,
  linkAuthorization,
  linkProofText,
  ServerFrame,
  type EnrolAnswer,
} from '@corefleet/contracts/device-protocol';
import type { AgentClock } from '../clock';
import type { Identity } from '../identity/identity';
import { messageOf, type AgentLogger } from '../logger';
import { backOffMs, type BackOffLimits } from './back-off';
import { askNonce } from './challenge';
import { gatewayAddress } from './gateway-address';
import { boundedWaitMs, HttpStatusError, retryAfterMsOf } from './http-json';

/** A frame of a server, by its type. */
export type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** What a link tells its owner. */
export interface LinkEvents {
  /** The socket is open: says what to greet with. `timeNonce` must go into it. */
  hello(timeNonce: string): Extract<AgentFrame, { type: 'hello' }>;
  heartbeat(): Extract<AgentFrame, { type: 'heartbeat' }>;
  welcomed(frame: FrameOf<'welcome'>): void;
  /** Another heartbeat was sent; `beat` counts from 1 on each link. */
  beaten(beat: number): void;
  time(frame: FrameOf<'time'>, timeNonce: string): void;
  nudged(): void;
  commands(frame: FrameOf<'commands'>): void;
  acknowledged(frame: FrameOf<'ack'>): void;
  credited(frame: FrameOf<'credit'>): void;
  stopped(frame: FrameOf<'stop'>): void;
  closed(): void;
}

export interface LinkOptions {
  readonly enrolment: EnrolAnswer;
  readonly identity: Identity;
  readonly backOff: BackOffLimits;
  /** Wait after a refusal (401, 403): somebody has to act. Milliseconds. */
  readonly refusedMs: number;
  readonly connectTimeoutMs: number;
  readonly clock: AgentClock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: AgentLogger;
}

/** Heartbeats without a sign of the server before the link is given up. */
const SILENT_BEATS = 3;

/**
 * The link to the gateway, opened again whenever it ends.
 *
 * | state      | leads to                                                       |
 * |------------|----------------------------------------------------------------|
 * | waiting    | connecting, after back-off or as `bye`, 503 or a refusal direct |
 * | connecting | greeting: challenge answered and upgrade accepted; or waiting   |
 * | greeting   | linked: `welcome`; or waiting                                   |
 * | linked     | waiting: `bye`, closed, or silent for three heartbeats          |
 */
export class Link {
  private socket: WebSocket | undefined;
  private linked = false;
  private readonly stopping = new AbortController();

  constructor(
    private readonly options: LinkOptions,
    private readonly events: LinkEvents,
  ) {}

  /** Keeps the link open until `stop`. */
  async run(): Promise<void> {
    const { clock, backOff, random, logger } = this.options;
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      const end = await this.connectOnce();
      if (signal.aborted) return;
      failures = end.wasLinked ? 1 : failures + 1;
      const waitMs = Math.round(end.directedMs ?? backOffMs(failures, backOff, random()));
      const fields = { reason: end.reason, waitMs };
      if (end.refused) logger.error('The server refused this device', fields);
      else logger.info('Link closed', fields);
      await clock.sleep(waitMs, signal);
    }
  }

  stop(): void {
    this.stopping.abort();
    this.socket?.close(1000, 'agent stops');
  }

  /** Whether reports and pulls can be sent. */
  get isLinked(): boolean {
    return this.linked;
  }

  /** Bytes handed over that the network has not taken yet. */
  get bufferedBytes(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** Sends a frame's text. What is sent on a broken link is lost: reports are sent again after the next welcome. */
  send(text: string): void {
    if (this.linked) this.socket?.send(text);
  }

  private async connectOnce(): Promise<LinkEnd> {
    const { enrolment, identity, connectTimeoutMs } = this.options;
    const { enrolmentId } = enrolment;
    try {
      const nonce = await askNonce(enrolment, 'open the link', connectTimeoutMs, this.stopping.signal);
      const signature = identity.sign(linkProofText(enrolmentId, nonce));
      return await this.talk(linkAuthorization({ enrolmentId, nonce, signature }));
    } catch (error) {
      return this.endOf(error);
    }
  }

  private talk(authorization: string): Promise<LinkEnd> {
    const { enrolment, connectTimeoutMs } = this.options;
    const url = gatewayAddress(enrolment.gatewayUrl, 'v1/device/link');
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url, {
      headers: { authorization },
      handshakeTimeout: connectTimeoutMs,
      maxPayload: LIMITS.serverFrameBytes,
      perMessageDeflate: false,
    });
    this.socket = socket;
    return new Promise((resolve) => new Conversation(socket, this.options, this.conversationEvents(), resolve));
  }

  private conversationEvents(): LinkEvents {
    return {
      ...this.events,
      hello: (nonce) => this.events.hello(nonce),
      heartbeat: () => this.events.heartbeat(),
      welcomed: (frame) => {
        this.linked = true;
        this.events.welcomed(frame);
      },
      closed: () => {
        this.linked = false;
        this.socket = undefined;
        this.events.closed();
      },
    };
  }

  private endOf(error: unknown): LinkEnd {
    const reason = messageOf(error);
    if (!(error instanceof HttpStatusError)) return { reason, wasLinked: false };
    return statusEnd(error.status, error.retryAfterMs, reason, this.options);
  }
}

/** How a link ended, and when to come back if the server said so. */
interface LinkEnd {
  readonly reason: string;
  readonly wasLinked: boolean;
  readonly directedMs?: number;
  readonly refused?: boolean;
}

/** One socket from its upgrade to its end. */
class Conversation {
  private readonly timeNonce = randomBytes(24).toString('base64url');
  private heard = true;
  private silentBeats = 0;
  private beats = 0;
  private cancelBeat: (() => void) | undefined;
  private wasLinked = false;
  private end: LinkEnd | undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly options: LinkOptions,
    private readonly events: LinkEvents,
    private readonly done: (end: LinkEnd) => void,
  ) {
    const hear = (): void => void (this.heard = true);
    socket.on('ping', hear);
    socket.on('pong', hear);
    socket.on('open', () => socket.send(JSON.stringify(events.hello(this.timeNonce))));
    socket.on('message', (data: RawData, isBinary: boolean) => {
      hear();
      this.receive(isBinary ? undefined : textOf(data));
    });
    socket.on('unexpected-response', (request, response) => {
      const retryAfterMs = retryAfterMsOf(response.headers);
      const status = response.statusCode ?? 0;
      this.end ??= statusEnd(status, retryAfterMs, `the gateway answered the upgrade with ${status}`, options);
      request.destroy();
      this.finish('the upgrade was refused');
    });
    socket.on('error', (error) => this.finish(messageOf(error)));
    socket.on('close', (code, reason) => this.finish(`closed with ${code} ${reason.toString()}`.trim()));
  }

  private receive(text: string | undefined): void {
    const frame = text === undefined ? undefined : parseFrame(text);
    if (!frame) {
      this.options.logger.warn('Skipped a frame that cannot be read', { bytes: text?.length ?? 0 });
      return;
    }
    switch (frame.type) {
      case 'welcome':
        return this.welcomed(frame);
      case 'time':
        return this.events.time(frame, this.timeNonce);
      case 'nudge':
        return this.events.nudged();
      case 'commands':
        return this.events.commands(frame);
      case 'ack':
        return this.events.acknowledged(frame);
      case 'credit':
        return this.events.credited(frame);
      case 'stop':
        return this.events.stopped(frame);
      case 'bye':
        return this.sayBye(frame);
    }
  }

  private welcomed(frame: FrameOf<'welcome'>): void {
    this.wasLinked = true;
    const { clock, random } = this.options;
    const beat = (): void => {
      this.cancelBeat = clock.after(frame.heartbeatMs, beat);
      this.beat();
    };
    // The first beat comes at a random moment: a fleet that reconnected together does not beat together.
    this.cancelBeat = clock.after(frame.heartbeatMs * random(), beat);
    this.events.welcomed(frame);
  }

  private beat(): void {
    this.silentBeats = this.heard ? 0 : this.silentBeats + 1;
    if (this.silentBeats >= SILENT_BEATS) {
      this.finish('the gateway is silent');
      this.socket.terminate();
      return;
    }
    if (!this.heard) this.socket.ping();
    this.heard = false;
    this.beats += 1;
    this.socket.send(JSON.stringify(this.events.heartbeat()));
    this.events.beaten(this.beats);
  }

  private sayBye(frame: FrameOf<'bye'>): void {
    const directedMs = boundedWaitMs(frame.reconnectAfterMs) + this.options.random() * boundedWaitMs(frame.jitterMs);
    this.end = { reason: `the gateway said bye: ${frame.reason}`, wasLinked: this.wasLinked, directedMs };
    this.socket.close(1000);
  }

  private finish(reason: string): void {
    this.cancelBeat?.();
    this.end ??= { reason, wasLinked: this.wasLinked };
    if (this.finished) return;
    this.finished = true;
    this.events.closed();
    this.done(this.end);
  }

  private finished = false;
}

function statusEnd(
  status: number,
  retryAfterMs: number | undefined,
  reason: string,
  { refusedMs, random }: LinkOptions,
): LinkEnd {
  if (status === 401 || status === 403)
    return { reason, wasLinked: false, refused: true, directedMs: refusedMs * (1 + random() / 2) };
  if (retryAfterMs !== undefined) return { reason, wasLinked: false, directedMs: retryAfterMs * (1 + random() / 2) };
  return { reason, wasLinked: false };
}

function parseFrame(text: string): ServerFrame | undefined {
  try {
    return ServerFrame.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8');
}
