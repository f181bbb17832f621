import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** RFC 9457, with the stable code of our errors. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryAfterSeconds?: number;
}

const bodyOf = ({ status, code, detail }: Problem): string =>
  JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, code, detail });

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) return void response.destroy();
  const retryAfter =
    problem.retryAfterSeconds === undefined ? {} : { 'retry-after': String(problem.retryAfterSeconds) };
  response.writeHead(problem.status, { 'content-type': 'application/problem+json', ...retryAfter });
  response.end(bodyOf(problem));
}

/** A whole HTTP answer, for a socket that asked for an upgrade and so has no response of its own. */
export function problemText(problem: Problem): string {
  const body = bodyOf(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(problem.retryAfterSeconds === undefined ? [] : [`Retry-After: ${problem.retryAfterSeconds}`]),
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Answers and closes; whatever the other side sends after that is not waited for. */
export function refuseUpgrade(socket: Duplex, answer: string): void {
  socket.once('finish', () => socket.destroy());
  socket.end(answer);
}
