import { SnapdUnreachableError, type SnapdTransport } from '@corefleet/snapd-client';

/** What becomes of a request that changes something. */
export type Fate = 'delivered' | 'answer-lost' | 'request-lost';

/** Counts what is posted to snapd, and cuts the connection of some of it: the sender cannot tell when. */
export class LossyTransport implements SnapdTransport {
  /** Requests that changed something and reached snapd. */
  posts = 0;

  /** @param fates of the first requests that change something; the others are delivered */
  constructor(
    private readonly inner: SnapdTransport,
    private readonly fates: Fate[] = [],
  ) {}

  async request(request: Parameters<SnapdTransport['request']>[0]): ReturnType<SnapdTransport['request']> {
    if (request.method === 'GET') return this.inner.request(request);
    const fate = this.fates.shift() ?? 'delivered';
    const cut = new SnapdUnreachableError(request, 'ECONNRESET', true);
    if (fate === 'request-lost') throw cut;
    this.posts += 1;
    const response = await this.inner.request(request);
    if (fate === 'answer-lost') throw cut;
    return response;
  }

  close(): void {
    this.inner.close();
  }
}
