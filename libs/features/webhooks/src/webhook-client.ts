import http from 'node:http';
import https from 'node:https';
import { performance } from 'node:perf_hooks';
import type { Attempt } from './delivery-rules';
import type { TargetGuard } from './target-guard';

const ANSWER_WITHIN_MS = 10_000;
/** Of an answer the beginning is kept, for who looks why it was refused; past the rest the connection is given up. */
const KEPT_BYTES = 1024;
const READ_BYTES = 65_536;

/** What an attempt came to, and how it was answered. */
export interface Sent extends Attempt {
  readonly latencyMs: number;
  /** The beginning of the answer. */
  readonly response?: string;
}

/** Posts messages. Follows no redirect, waits ten seconds at most, and reaches nothing that the guard refuses. */
export class WebhookClient {
  private readonly agents = {
    'http:': new http.Agent({ keepAlive: true, maxFreeSockets: 8 }),
    'https:': new https.Agent({ keepAlive: true, maxFreeSockets: 8 }),
  };

  constructor(private readonly guard: TargetGuard) {}

  /** Never throws: what went wrong is in the answer. */
  async post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Sent> {
    const startMs = performance.now();
    const latencyMs = (): number => Math.round(performance.now() - startMs);
    try {
      const answer = await this.request(new URL(url), headers, body);
      return { ...answer, latencyMs: latencyMs() };
    } catch (error) {
      return { error: wordsOf(error), latencyMs: latencyMs() };
    }
  }

  /** Ends the connections that wait for the next message. */
  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private request(url: URL, headers: Readonly<Record<string, string>>, body: string): Promise<Omit<Sent, 'latencyMs'>> {
    this.guard.requireHost(url.hostname);
    const secure = url.protocol === 'https:';
    const { request } = secure ? https : http;
    return new Promise((resolve, reject) => {
      const sending = request(url, {
        method: 'POST',
        agent: this.agents[secure ? 'https:' : 'http:'],
        lookup: this.guard.lookup,
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Corefleet',
        },
      });
      const tooLate = setTimeout(
        () => sending.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS / 1000} s`)),
        ANSWER_WITHIN_MS,
      );
      sending.once('close', () => clearTimeout(tooLate));
      sending.once('error', reject);
      sending.once('response', (answer) => void read(answer).then(resolve, reject));
      sending.end(body);
    });
  }
}

async function read(answer: http.IncomingMessage): Promise<Omit<Sent, 'latencyMs'>> {
  const status = answer.statusCode ?? 0;
  const kept: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (sizeBytes < KEPT_BYTES) kept.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > READ_BYTES) break; // which ends the connection
  }
  const response = textOf(Buffer.concat(kept).subarray(0, KEPT_BYTES));
  const retryAfterSeconds = Number(answer.headers['retry-after']);
  return {
    status,
    ...(response && { response }),
    ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
    ...((status < 200 || status >= 300) && {
      error: `answered with ${status}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}`,
    }),
  };
}

/** As Postgres can keep it. */
const textOf = (bytes: Buffer): string => bytes.toString('utf8').replaceAll('\u0000', '');

/** Of an error that holds several, one for each address that was tried, the first that says something. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
