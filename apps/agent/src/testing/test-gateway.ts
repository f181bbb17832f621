import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  AgentFrame,
  DEVICE_ARTIFACTS_PATH,
  EnrolRequest,
  ReportItem,
  withDifference,
  parseLinkAuthorization,
  type CommandReport,
  type EnrolAnswer,
  type ServerFrame,
  type SignedCommand,
} from '@corefleet/contracts/device-protocol';
import { ENROLMENT_ID, type TestSigner } from './signer';
import { TestArtifacts } from './test-artifacts';

export interface TestGatewayOptions {
  readonly signer: TestSigner;
  /** Leaves reports unacknowledged until told. */
  acknowledges?: boolean;
  heartbeatMs?: number;
}

/** The other end of the link, small enough for a test: one device, commands in memory, every report kept. Enrols too. */
export class TestGateway {
  readonly frames: AgentFrame[] = [];
  readonly reports: ReportItem[] = [];
  readonly authorizations: string[] = [];
  readonly enrolments: EnrolRequest[] = [];
  /** By name, as the newest reports make them. */
  readonly facts = new Map<string, { digest: string; value: unknown }>();
  readonly artifacts = new TestArtifacts();
  /** Proofs of requests for files must be of this key, where it is set. */
  publicKey: string | undefined;
  /** Answers upgrades with this status instead of taking them. */
  refuseWith: { status: number; headers?: Record<string, string> } | undefined;
  private readonly commands: { sequence: number; command: SignedCommand }[] = [];
  private readonly http: Server;
  private readonly sockets = new WebSocketServer({ noServer: true });
  private socket: WebSocket | undefined;
  private waiting: (() => void)[] = [];
  acknowledges: boolean;

  private constructor(private readonly options: TestGatewayOptions) {
    this.acknowledges = options.acknowledges ?? true;
    this.http = createServer((request, response) => void this.answerHttp(request, response));
    this.http.on('upgrade', (request: IncomingMessage, socket, head) => {
      this.authorizations.push(request.headers.authorization ?? '');
      const refusal = this.refuseWith;
      if (refusal || !parseLinkAuthorization(request.headers.authorization)) {
        const headers = Object.entries(refusal?.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
        socket.end(`HTTP/1.1 ${refusal?.status ?? 401} No\r\n${headers.join('')}content-length: 0\r\n\r\n`);
        return this.wake();
      }
      this.sockets.handleUpgrade(request, socket, head, (accepted) => this.take(accepted));
    });
  }

  static async start(options: TestGatewayOptions): Promise<TestGateway> {
    const gateway = new TestGateway(options);
    await new Promise<void>((resolve) => gateway.http.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Puts a command where the agent pulls it, and nudges. */
  issue(command: SignedCommand): void {
    const { sequence } = JSON.parse(command.envelope) as { sequence: number };
    this.commands.push({ sequence, command });
    this.send({ type: 'nudge' });
  }

  /** Hands a command over once more, as after two answers to one pull. */
  deliverAgain(commandId: string): void {
    const found = this.commands.filter(({ command }) => command.envelope.includes(commandId));
    this.send({ type: 'commands', commands: found.map(({ command }) => command), more: false });
  }

  send(frame: ServerFrame): void {
    this.socket?.send(JSON.stringify(frame));
  }

  /** Cuts the socket as a failing network would. */
  cut(): void {
    this.socket?.terminate();
  }

  /** What was last said of a command. */
  lastReport(commandId: string): CommandReport | undefined {
    return this.commandReports(commandId).at(-1);
  }

  commandReports(commandId: string): CommandReport[] {
    return this.reports.flatMap((item) =>
      item.kind === 'command' && item.body.commandId === commandId ? [item.body] : [],
    );
  }

  /** Waits until `find` finds something, looking again at each frame. */
  async until<T>(find: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = find();
      if (found) return found;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** The end of a command. */
  end(commandId: string): Promise<CommandReport> {
    const ends = ['succeeded', 'failed', 'unknown', 'rejected', 'expired'];
    return this.until(() => this.commandReports(commandId).find(({ state }) => ends.includes(state)));
  }

  async close(): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private async answerHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.startsWith(DEVICE_ARTIFACTS_PATH)) return this.artifacts.answer(request, response, this.publicKey);
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    response.setHeader('content-type', 'application/json');
    if (request.url === '/v1/device/enrol') return this.enrol(Buffer.concat(pieces).toString(), response);
    response.end(JSON.stringify({ nonce: randomBytes(16).toString('base64url'), expiresInMs: 30_000 }));
  }

  private enrol(body: string, response: ServerResponse): void {
    this.enrolments.push(EnrolRequest.parse(JSON.parse(body)));
    const signingKeys = this.options.signer.pinned;
    const ids = { deviceId: ENROLMENT_ID, enrolmentId: ENROLMENT_ID };
    response.end(JSON.stringify({ ...ids, gatewayUrl: this.url, signingKeys } satisfies EnrolAnswer));
    this.wake();
  }

  private take(socket: WebSocket): void {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      const frame = AgentFrame.parse(JSON.parse(data.toString()));
      this.frames.push(frame);
      this.answer(frame);
      this.wake();
    });
  }

  private answer(frame: AgentFrame): void {
    if (frame.type === 'hello') {
      const facts = Object.fromEntries([...this.facts].map(([name, { digest }]) => [name, digest]));
      const { heartbeatMs = 30_000 } = this.options;
      this.send({ type: 'welcome', protocol: 1, heartbeatMs, factsEveryBeats: 30, facts });
      this.send({ type: 'time', signed: this.options.signer.time(frame.timeNonce, ENROLMENT_ID) });
    }
    if (frame.type === 'pull') {
      const commands = this.commands
        .filter(({ sequence }) => sequence > frame.lastSequence)
        .map(({ command }) => command);
      this.send({ type: 'commands', commands, more: false });
    }
    if (frame.type === 'report') {
      const items = frame.items.map((item) => ReportItem.parse(item));
      this.reports.push(...items);
      if (this.acknowledges) {
        const quarantined = items.filter((item) => !this.keep(item)).map(({ n }) => ({ n, reason: 'another base' }));
        const numbers = items.map(({ n }) => n).filter((n) => !quarantined.some((refused) => refused.n === n));
        this.send({ type: 'ack', numbers, quarantined });
      }
    }
  }

  private keep({ kind, body }: ReportItem): boolean {
    if (kind === 'fact') this.facts.set(body.name, body);
    if (kind !== 'fact-difference') return true;
    const { name, base, digest, difference } = body;
    const stored = this.facts.get(name);
    const value = stored?.digest === base ? withDifference(stored.value, difference) : undefined;
    if (value !== undefined) this.facts.set(name, { digest, value });
    return value !== undefined;
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
