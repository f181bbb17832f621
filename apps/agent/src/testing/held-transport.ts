import type { SnapdRequest, SnapdResponse, SnapdTransport } from '@corefleet/snapd-client';

/** A road to snapd on which requests to one path wait until they are released or aborted. */
export class HeldTransport implements SnapdTransport {
  /** Requests to the path so far. */
  asked = 0;
  private readonly held = new Set<() => void>();
  private tell: () => void = () => {};

  constructor(
    private readonly transport: SnapdTransport,
    private readonly path: string,
  ) {}

  /** Requests that wait now. */
  get waiting(): number {
    return this.held.size;
  }

  /** Resolves once a request to the path has come. */
  async isAsked(): Promise<void> {
    if (this.asked === 0) await new Promise<void>((resolve) => (this.tell = resolve));
  }

  async request(request: SnapdRequest): Promise<SnapdResponse> {
    if (!request.path.startsWith(this.path)) return this.transport.request(request);
    this.asked += 1;
    this.tell();
    await this.hold(request.signal);
    return this.transport.request(request);
  }

  /** Lets go all that wait, and holds none from now on. */
  release(): void {
    this.hold = () => Promise.resolve();
    for (const go of [...this.held]) go();
  }

  close(): void {
    this.transport.close();
  }

  private hold = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (settle: () => void): void => {
        this.held.delete(go);
        settle();
      };
      const go = (): void => leave(resolve);
      this.held.add(go);
      signal?.addEventListener('abort', () => leave(() => reject(signal.reason as Error)));
    });
}
