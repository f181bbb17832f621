import type { SnapdTransport } from '@corefleet/snapd-client';

/** The same road to snapd for as long as `signal` is not aborted: then every request over it ends with its reason. */
export function boundTransport(transport: SnapdTransport, signal: AbortSignal): SnapdTransport {
  return {
    request: (request) =>
      transport.request({ ...request, signal: request.signal ? AbortSignal.any([request.signal, signal]) : signal }),
    close: () => {},
  };
}
