import type { SnapdTransport } from '@corefleet/snapd-client';

/** Counts what is asked of snapd, by method and path without its query. */
export class CountingTransport implements SnapdTransport {
  private counts = new Map<string, number>();

  constructor(private readonly inner: SnapdTransport) {}

  request(request: Parameters<SnapdTransport['request']>[0]): ReturnType<SnapdTransport['request']> {
    const [path = ''] = request.path.split('?');
    const name = `${request.method} ${path}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    return this.inner.request(request);
  }

  /** What was asked since the last time. */
  take(): Record<string, number> {
    const taken = Object.fromEntries(this.counts);
    this.counts = new Map();
    return taken;
  }

  close(): void {
    this.inner.close();
  }
}
