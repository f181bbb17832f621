import { recordedSnap, type RecordedRequest } from '@corefleet/testing/snapd-recordings';
import type { SnapdRequest } from '@corefleet/snapd-client';
import type { SimulatedSnapd } from '../../simulated-snapd';
import { multipart } from '../multipart';

/** An answer as it is compared. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Decoded when it is JSON. */
  body: unknown;
  bytes: Buffer;
}

/** Sends a recorded request; `path` replaces its own when ids in it had to be translated. */
export async function send(snapd: SimulatedSnapd, request: RecordedRequest, path = request.path): Promise<Answer> {
  const transport = snapd.transport({ uid: request.uid ?? 0 });
  try {
    const { headers, body } = bodyOf(request);
    const method = request.method as SnapdRequest['method'];
    const response = await transport.request({ method, path, headers: { ...headers, ...request.headers }, body });
    const pieces: Uint8Array[] = [];
    for await (const piece of response.stream()) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    const isJson = response.headers['content-type'] === 'application/json' && bytes.length > 0;
    const decoded: unknown = isJson ? JSON.parse(bytes.toString()) : bytes.toString();
    return { status: response.status, headers: response.headers, body: decoded, bytes };
  } finally {
    transport.close();
  }
}

function bodyOf({ json, text, form }: RecordedRequest): {
  headers: Record<string, string>;
  body?: string | Uint8Array;
} {
  if (form)
    return multipart(
      form.fields,
      form.files.map(([field, file]) => [field, file, contentOf(file)] as const),
    );
  if (json !== undefined) return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(json) };
  return { headers: {}, body: text };
}

const contentOf = (file: string): Buffer => (file === 'not.snap' ? Buffer.from('hello') : recordedSnap(file));
