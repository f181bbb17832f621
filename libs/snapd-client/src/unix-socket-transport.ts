import { Agent } from 'node:http';
import { Deadlines } from './deadlines';
import { SnapdRequestError, SnapdUnreachableError } from './errors';
import { Exchange } from './exchange';
import type { SnapdRequest, SnapdResponse, SnapdTransport } from './transport';

/**
 * Talks HTTP/1.1 to the daemon behind a unix socket, normally `/run/snapd.socket`.
 *
 * GETs share a few kept-alive connections. Everything else gets a fresh one: a kept-alive connection that snapd closed
 * meanwhile fails only when it is used, and then nobody could say whether the request had been read.
 */
export function unixSocketTransport(socketPath: string): SnapdTransport {
  return new UnixSocketTransport(socketPath);
}

/** All its connections lead to one place: node need not spell the place out for each request. */
class OnePlaceAgent extends Agent {
  override getName(): string {
    return 'snapd';
  }
}

class UnixSocketTransport implements SnapdTransport {
  private readonly agent = new OnePlaceAgent({ keepAlive: true, maxSockets: 8, maxFreeSockets: 8 });
  private readonly open = new Deadlines<Exchange>();
  private closed = false;

  constructor(private readonly socketPath: string) {}

  request(request: SnapdRequest): Promise<SnapdResponse> {
    if (this.closed) return Promise.reject(new SnapdUnreachableError(request, 'closed', false));
    if (request.signal?.aborted) return Promise.reject(request.signal.reason as Error);
    const shared = request.method === 'GET' && !request.dedicatedConnection;
    try {
      return new Exchange(this.socketPath, shared ? this.agent : undefined, request, this.open).answer;
    } catch (error) {
      return Promise.reject(unsendable(request, error));
    }
  }

  close(): void {
    this.closed = true;
    for (const exchange of this.open) exchange.cut();
    this.open.stop();
    this.agent.destroy();
  }
}

/** node refuses characters that have no place in a request. */
function unsendable(request: SnapdRequest, error: unknown): SnapdRequestError {
  const why = error instanceof Error ? error.message : String(error);
  return new SnapdRequestError(`cannot send ${request.method} ${request.path}: ${why}`, request, { cause: error });
}
