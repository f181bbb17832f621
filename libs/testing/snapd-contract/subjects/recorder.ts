import type { SnapdRequest, SnapdResponse, SnapdTransport } from '@corefleet/snapd-client';
import { Seen, type Hand } from './seen';

/** Remembers what passes through the transports it made: the proof that a request was really sent. */
export class Recorder {
  private seen: Seen[] = [];

  /** What was sent since the last call. */
  take(): Seen[] {
    const taken = this.seen;
    this.seen = [];
    return taken;
  }

  /** `inner`, recorded as that hand of the subject. */
  record(inner: SnapdTransport, hand: Hand): SnapdTransport {
    return {
      request: async (request) => {
        const seen = new Seen(hand, request.method, request.path, request.headers ?? {});
        this.seen.push(seen);
        const response = await inner.request({ ...request, ...bodyOf(request, seen) });
        seen.status = response.status;
        return recorded(response, seen);
      },
      close: () => inner.close(),
    };
  }
}

function bodyOf({ body }: SnapdRequest, seen: Seen): Pick<SnapdRequest, 'body'> {
  if (body === undefined) return {};
  if (typeof body === 'string' || body instanceof Uint8Array) {
    seen.add(Buffer.from(body));
    return { body };
  }
  return { body: copied(body, seen) };
}

async function* copied(body: AsyncIterable<Uint8Array>, seen: Seen): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    seen.add(chunk);
    yield chunk;
  }
}

function recorded(response: SnapdResponse, seen: Seen): SnapdResponse {
  const { status, headers } = response;
  const text = async (maxBytes?: number): Promise<string> => (seen.answer = await response.text(maxBytes));
  return { status, headers, text, stream: () => response.stream() };
}
