import { get, type IncomingMessage } from 'node:http';

interface Entry {
  readonly message?: string;
  readonly end?: { readonly code: string; readonly detail: string };
}

/** A client that follows a log, as fast or as slowly as the test wants. */
export class LogClient {
  readonly entries: Entry[] = [];
  /** Whether the connection is closed. */
  closed = false;
  private rest = '';

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.read(text));
    response.on('close', () => (this.closed = true));
    response.on('error', () => {});
    response.pause();
  }

  /** Resolves with the head of the answer; nothing is read before `resume`. */
  static open(url: string, token: string, accept = 'application/json-seq'): Promise<LogClient> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, accept };
      get(url, { headers, agent: false }, (response) => resolve(new LogClient(response))).on('error', reject);
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  get contentType(): string {
    return this.response.headers['content-type'] ?? '';
  }

  /** The last record, once it came. */
  get end(): Entry['end'] {
    return this.entries.at(-1)?.end;
  }

  /** Numbers that lines begin with. */
  get numbers(): number[] {
    return this.entries.flatMap(({ message }) => (message === undefined ? [] : [Number.parseInt(message, 10)]));
  }

  resume(): void {
    this.response.resume();
  }

  pause(): void {
    this.response.pause();
  }

  leave(): void {
    this.response.destroy();
  }

  private read(text: string): void {
    const records = (this.rest + text).split('\n');
    this.rest = records.pop() ?? '';
    for (const record of records)
      if (record !== '') this.entries.push(JSON.parse(record.replace('\u001e', '')) as Entry);
  }
}
