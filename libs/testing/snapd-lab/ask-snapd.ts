import http from 'node:http';

export interface SnapdAnswer {
  /** the HTTP status */
  status: number;
  /** snapd's JSON document, or the plain text where the body is no JSON */
  body: unknown;
}

export interface Question {
  method?: string;
  json?: unknown;
  raw?: { contentType: string; bytes: Buffer };
  timeoutMs?: number;
}

/**
 * Asks snapd's socket one question with plain `node:http`: the independent reader that tests compare with.
 * @throws the socket's own error (ENOENT, ECONNREFUSED, ECONNRESET), or a time-out after `timeoutMs` (default 60 s: snapd may block 32 s)
 */
export function askSnapd(socketPath: string, path: string, question: Question = {}): Promise<SnapdAnswer> {
  const { method = 'GET', json, raw, timeoutMs = 60_000 } = question;
  const bytes = raw?.bytes ?? (json === undefined ? undefined : Buffer.from(JSON.stringify(json)));
  const headers: http.OutgoingHttpHeaders = { host: 'localhost' };
  if (bytes !== undefined) {
    headers['content-type'] = raw?.contentType ?? 'application/json';
    headers['content-length'] = bytes.length;
  }
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks)) }));
    });
    request.setTimeout(timeoutMs, () => request.destroy(new Error(`no answer from ${path} within ${timeoutMs} ms`)));
    request.on('error', reject);
    request.end(bytes);
  });
}

function parse(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** A multipart body for `POST /v2/snaps` that sideloads one snap file; send it as `raw`. */
export function sideloadForm(
  fileName: string,
  bytes: Buffer,
  fields: Record<string, string>,
): Required<Question>['raw'] {
  const boundary = 'fleet-lab-form-boundary';
  const part = (disposition: string, content: Buffer | string): Buffer[] => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ];
  const parts = Object.entries(fields).flatMap(([name, value]) => part(`name="${name}"`, value));
  parts.push(...part(`name="snap"; filename="${fileName}"`, bytes), Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, bytes: Buffer.concat(parts) };
}
