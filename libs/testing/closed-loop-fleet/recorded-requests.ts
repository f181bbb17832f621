import type { SnapdRequest, SnapdTransport } from '@corefleet/snapd-client';

/** One request that could change a device, as it left for its snapd. */
export interface RecordedRequest {
  readonly method: SnapdRequest['method'];
  readonly path: string;
  readonly body: string;
  /** Of the command that it was sent for; undefined when nobody knows. */
  readonly commandId: string | undefined;
}

/** Writes down what leaves for snapd, between the client and the device: what an independent check counts. */
export class RecordedRequests implements SnapdTransport {
  readonly requests: RecordedRequest[] = [];
  /** Set by who runs a command. */
  commandId: string | undefined;

  constructor(private readonly transport: SnapdTransport) {}

  request(request: SnapdRequest): ReturnType<SnapdTransport['request']> {
    const { method, path, body } = request;
    if (method !== 'GET')
      this.requests.push({ method, path, body: typeof body === 'string' ? body : '', commandId: this.commandId });
    return this.transport.request(request);
  }

  close(): void {
    this.transport.close();
  }
}
