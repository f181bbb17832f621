import { request } from 'node:http';
import { eventually } from '@corefleet/testing/processes';
import { askSnapd, type Question } from '@corefleet/testing/snapd-lab';

/** A change as snapd writes it. */
export interface ShownChange {
  id: string;
  kind: string;
  summary: string;
  status: string;
  ready: boolean;
  err?: string;
  'spawn-time': string;
  'ready-time'?: string;
  tasks?: { id: string; kind: string; summary: string; status: string }[];
  data?: unknown;
}

export type ShownNotice = Record<string, unknown> & { key: string; 'last-repeated': string };

/** snapd's answer to a request, told by another client than ours. */
export interface Answered {
  status: number;
  /** Of a refusal. */
  message?: string;
  kind?: string;
  /** Of a change that was started. */
  change?: string;
}

/** Reads snapd's own socket with plain HTTP: no line of it is the agent's. */
export class SnapdReader {
  constructor(private readonly socketPath: string) {}

  /** All changes, by rising id. */
  async changes(): Promise<ShownChange[]> {
    const changes = await this.result<ShownChange[]>('/v2/changes?select=all');
    return changes.sort((a, b) => Number(a.id) - Number(b.id));
  }

  change(id: string): Promise<ShownChange> {
    return this.result(`/v2/changes/${id}`);
  }

  /** A change once it is ready. */
  changeEnd(id: string): Promise<ShownChange> {
    const ready = async (): Promise<ShownChange | undefined> => {
      const change = await this.change(id);
      return change.ready ? change : undefined;
    };
    return eventually(ready, { what: `change ${id} to be ready`, timeoutMs: 30_000 });
  }

  /** All notices, in snapd's own order. */
  notices(): Promise<ShownNotice[]> {
    return this.result('/v2/notices');
  }

  /** What a GET answers. @throws when snapd refuses */
  async result<T>(path: string): Promise<T> {
    const { status, body } = await askSnapd(this.socketPath, path);
    if (status !== 200) throw new Error(`cannot read ${path}: ${status} ${JSON.stringify(body)}`);
    return (body as { result: T }).result;
  }

  /** The bytes of the answer to a GET, or to a POST of `json`, whatever they are. */
  raw(path: string, json?: object): Promise<{ status: number; contentType: string; bytes: Buffer }> {
    const method = json ? 'POST' : 'GET';
    const headers = { host: 'localhost', ...(json && { 'content-type': 'application/json' }) };
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: this.socketPath, path, method, headers, agent: false }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const contentType = response.headers['content-type'] ?? '';
          resolve({ status: response.statusCode ?? 0, contentType, bytes: Buffer.concat(pieces) });
        });
      });
      asked.on('error', reject);
      asked.end(json && JSON.stringify(json));
    });
  }

  async ask(path: string, question: Question): Promise<Answered> {
    const { status, body } = await askSnapd(this.socketPath, path, question);
    const { result, change } = body as { result?: { message?: string; kind?: string } | null; change?: string };
    return { status, message: result?.message, kind: result?.kind, change };
  }
}
