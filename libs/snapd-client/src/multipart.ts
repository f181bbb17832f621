import { createReadStream } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';

/** A file to send: from disk, or bytes that are produced while they are sent. Neither is held in memory. */
export type FileSource = { path: string; filename?: string } | { filename: string; bytes: AsyncIterable<Uint8Array> };

/** One part of a form. */
export type FormPart = { name: string; value: string } | { name: string; file: FileSource };

/** A form ready to be sent once. */
export interface MultipartBody {
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
}

/** Encodes a multipart/form-data body (RFC 7578) as a stream. */
export function multipart(parts: readonly FormPart[]): MultipartBody {
  const boundary = `----corefleet${randomBytes(16).toString('hex')}`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: encode(parts, boundary),
  };
}

/** Text fields of a form; undefined ones are left out, booleans become `true` and `false`. */
export function textParts<T extends { [K in keyof T]: string | boolean | undefined }>(fields: T): FormPart[] {
  const entries: [string, string | boolean | undefined][] = Object.entries(fields);
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: String(value) }]));
}

async function* encode(parts: readonly FormPart[], boundary: string): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(part.name)}"`;
    if ('value' in part) {
      yield Buffer.from(`${head}\r\n\r\n${part.value}\r\n`);
      continue;
    }
    const filename = quoted(filenameOf(part.file));
    yield Buffer.from(`${head}; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`);
    yield* 'bytes' in part.file ? part.file.bytes : fileBytes(part.file.path);
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}

/** The stream's own iterator closes the file, also when the reader leaves early. */
async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 256 * 1024 });
  yield* stream;
}

function filenameOf(file: FileSource): string {
  return file.filename ?? ('path' in file ? basename(file.path) : '');
}

/** As browsers do: what would end the quoted string or the header is percent-encoded. */
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
