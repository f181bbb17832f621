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

  /** The same person at another copy of the API. */
  at(url: string): ApiClient {
    const other = new ApiClient(url);
    other.token = this.token;
    return other;
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  post<T>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<T> {
    return this.call<T>('POST', path, body, headers);
  }

  /** @throws ApiProblem for an answer that is not 2xx */
  async call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    if (!response.ok) throw new ApiProblem(response.status, answer as ApiProblem['problem']);
    return answer as T;
  }
}
