import {
  SnapdClient,
  type AsyncAnswer,
  type Change,
  type SnapdRequest,
  type SnapdTransport,
} from '@corefleet/snapd-client';
import type { SimulatedSnapd } from '@corefleet/snapd-simulator';
import { eventually } from '@corefleet/testing/processes';
import { ArtifactShelf } from './artifact-shelf';
import { operate, read, type Operated } from './operate';
import { Recorder } from './recorder';
import type { Hand } from './seen';
import type { SubjectId } from './which';

/** The other end of a connection: root, a user without rights, or root on the socket for snaps. */
export type Peer = 'root' | 'nobody' | 'snap';

/** What a test can do to a simulated device only. */
export interface Simulated {
  readonly snapd: SimulatedSnapd;
  /** Sets its clock forward by so many milliseconds. */
  pass(ms: number): void;
}

/** What differs between the real snapd and the simulated one. */
export interface Backend {
  /** As system-info says it: `2.77.1-2`. */
  readonly version: string;
  /** What snapd takes for the root of the file system; empty for the machine's own. */
  readonly rootDir: string;
  /** Where this process cannot connect as another user: false. */
  readonly hasNobody: boolean;
  connect(peer: Peer): SnapdTransport;
  bootId(): Promise<string>;
  /** Restarts the daemon in its orderly way; resolves when the new one answers. */
  restartDaemon(): Promise<void>;
  /** Resolves when the device has booted again after a reboot that `ask` asks for. */
  throughReboot<T>(ask: () => Promise<T>): Promise<T>;
  /** What a snap's own programs show snapctl for who they are. */
  cookie(snap: string): Promise<string>;
  stop(): Promise<void>;
  /** Absent for a real one. */
  readonly simulated?: Simulated;
}

/** What a raw request is made of. */
export interface Question {
  json?: unknown;
  /** Instead of `json`. */
  body?: SnapdRequest['body'];
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** snapd's answer as it came. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The envelope; `{}` where the body is no JSON. */
  body: Record<string, unknown>;
}

const REQUEST_TIMEOUT_MS = 60_000;
const CHANGE_TIMEOUT_MS = 60_000;

/** A snapd under test, real or simulated: what tests ask it with, and the knobs that both have. */
export class Subject {
  readonly recorder = new Recorder();
  /** Files that operations fetch and store. */
  readonly artifacts: ArtifactShelf;
  /** snapd's API through the library; what it sends counts for the column `client`. */
  readonly client: SnapdClient;
  private readonly watcher: SnapdClient;
  private readonly peers = new Map<string, SnapdTransport>();

  constructor(
    readonly id: SubjectId,
    readonly backend: Backend,
  ) {
    this.client = this.clientOf('client');
    this.watcher = this.clientOf('watch');
    this.artifacts = new ArtifactShelf(() => backend.bootId());
  }

  /** Of snapd's version 2.N: N. What differs between versions is told by it. */
  get minor(): number {
    return Number(/^2\.(\d+)/.exec(this.backend.version)?.[1]);
  }

  /** @throws on a real snapd */
  get simulated(): Simulated {
    const { simulated } = this.backend;
    if (simulated === undefined) throw new Error('cannot turn the knobs of a simulator: the snapd is a real one');
    return simulated;
  }

  /** A text of snapd without the folder that its lab lies in. */
  inItsOwnWords(text: string): string {
    return text.replaceAll(this.backend.rootDir || '\0', '');
  }

  /** Sends a request as it is. */
  async ask(
    method: SnapdRequest['method'],
    path: string,
    question: Question = {},
    peer: Peer = 'root',
  ): Promise<Answer> {
    const { json, body, headers = {}, signal } = question;
    const response = await this.road('raw', peer).request({
      ...{ method, path, signal, timeoutMs: REQUEST_TIMEOUT_MS, dedicatedConnection: true },
      ...(json === undefined
        ? { body, headers }
        : { body: JSON.stringify(json), headers: { 'content-type': 'application/json', ...headers } }),
    });
    const text = await response.text();
    const isJson = response.headers['content-type'] === 'application/json';
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  }

  /** The status and the error of a request that snapd has to refuse. */
  async refusal(
    method: SnapdRequest['method'],
    path: string,
    question: Question = {},
    peer: Peer = 'root',
  ): Promise<Record<string, unknown>> {
    const { status, body } = await this.ask(method, path, question, peer);
    if (body.type !== 'error') throw new Error(`cannot take this for a refusal: ${JSON.stringify(body)}`);
    return { status, ...(body.result as object) };
  }

  /** Sends a request and follows the change that it starts. */
  async changeOf(method: 'POST' | 'PUT', path: string, question: Question): Promise<Change> {
    const { status, body } = await this.ask(method, path, question);
    if (typeof body.change !== 'string') throw new Error(`cannot follow a change: ${status} ${JSON.stringify(body)}`);
    return this.ended(body.change);
  }

  /** Follows a change until it is ready. */
  ended(id: string): Promise<Change> {
    const ready = async (): Promise<Change | undefined> => {
      const change = await this.watcher.changes.get(id);
      return change.ready ? change : undefined;
    };
    return eventually(ready, { what: `change ${id} to be ready`, timeoutMs: CHANGE_TIMEOUT_MS, everyMs: 20 });
  }

  /** Follows a change until it shows what is awaited. */
  reaches(id: string, so: (change: Change) => boolean, what: string): Promise<Change> {
    const shown = async (): Promise<Change | undefined> => {
      const change = await this.watcher.changes.get(id);
      return so(change) ? change : undefined;
    };
    return eventually(shown, { what, timeoutMs: CHANGE_TIMEOUT_MS, everyMs: 20 });
  }

  /** Waits until no change is under way: snapd starts some of its own, such as to register. */
  async settled(): Promise<void> {
    const none = async (): Promise<boolean> => (await this.watcher.changes.list()).length === 0;
    await eventually(none, { what: 'all changes to be ready', timeoutMs: CHANGE_TIMEOUT_MS, everyMs: 20 });
  }

  /** Waits for the change that a call started. */
  async change(started: Promise<AsyncAnswer>): Promise<Change> {
    return this.ended((await started).changeId);
  }

  /** Carries an operation of the catalogue out; what it sends counts for the column `operation`. */
  operate(name: string, parameters: object): Promise<Operated> {
    return operate(this, name, parameters);
  }

  /** Reads a path through the catalogue of reads; what it sends counts for the column `read`. */
  read(target: string): Promise<unknown> {
    return read(this, target);
  }

  clientOf(hand: Hand): SnapdClient {
    return new SnapdClient(this.road(hand, 'root'), { getTimeoutMs: REQUEST_TIMEOUT_MS });
  }

  async stop(): Promise<void> {
    for (const transport of this.peers.values()) transport.close();
    await this.backend.stop();
  }

  /** A connection whose requests count as that hand's. */
  road(hand: Hand, peer: Peer): SnapdTransport {
    const key = `${hand} ${peer}`;
    const known = this.peers.get(key) ?? this.recorder.record(this.backend.connect(peer), hand);
    this.peers.set(key, known);
    return known;
  }
}
