import { openAsBlob } from 'node:fs';
import path from 'node:path';

/** A problem+json answer of the API. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly problem: { code?: string; detail?: string; problems?: { field: string; message: string }[] },
  ) {
    super(`${status} ${problem.code ?? ''}: ${problem.detail ?? ''}`);
  }
}

/** The API as a person's programs use it: JSON over fetch with a bearer token. */
export class ApiClient {
  private token: string | undefined;

  constructor(readonly url: string) {}

  async login(username: string, password: string): Promise<void> {
    const session = await this.post<{ token: string }>('/v1/login', { username, password });
    this.token = session.token;
  }

  /** The secret of the session. */
  get bearer(): string {
    return this.token ?? '';
  }

  /** The same person at another copy of the API. */
  at(url: string): ApiClient {
    const other = new ApiClient(url);
    other.token = this.token;
    return other;
  }

  get<T>(route: string): Promise<T> {
    return this.call<T>('GET', route);
  }

  post<T>(route: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<T> {
    return this.call<T>('POST', route, body, headers);
  }

  /** Uploads a file, streamed from the disk. @throws as `call` */
  async upload<T>(file: string): Promise<T> {
    const response = await fetch(`${this.url}/v1/artifacts?name=${encodeURIComponent(path.basename(file))}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/octet-stream' },
      body: await openAsBlob(file),
      signal: AbortSignal.timeout(120_000),
    });
    return answerOf<T>(response);
  }

  /** @throws ApiProblem for an answer that is not 2xx */
  async call<T>(method: string, route: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const response = await fetch(this.url + route, {
      method,
      headers: {
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    return answerOf<T>(response);
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  const answer: unknown = text === '' ? undefined : JSON.parse(text);
  if (!response.ok) throw new ApiProblem(response.status, answer as ApiProblem['problem']);
  return answer as T;
}
