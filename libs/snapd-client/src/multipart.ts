import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';

/** A file to send: from disk, or bytes that are produced while they are sent. Neither is held in memory. */
export type FileSource = { path: string; filename?: string } | { filename: string; bytes: AsyncIterable<Uint8Array> };

/** One part of a form. */
export type FormPart = { name: string; value: string } | { name: string; file: FileSource };

/** A form ready to be sent once. */
export interface MultipartBody {
  headers: Record<string, string>;
  body: FormBody;
}

/** Encodes a multipart/form-data body (RFC 7578) as a stream. */
export function multipart(parts: readonly FormPart[]): MultipartBody {
  const boundary = `----corefleet${randomBytes(16).toString('hex')}`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: new FormBody(parts, boundary),
  };
}

/** The bytes of a form, produced while they are read. */
export class FormBody implements AsyncIterable<Uint8Array> {
  constructor(
    private readonly parts: readonly FormPart[],
    private readonly boundary: string,
  ) {}

  /** Pieces that may be kept. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, undefined, undefined> {
    for await (const piece of this.reusingMemory()) yield Buffer.from(piece);
  }

  /**
   * The same for a reader that is done with a piece when it asks for the next: files are read into the same memory again
   * and again, so that a gigabyte needs no more than its largest piece.
   */
  async *reusingMemory(): AsyncGenerator<Uint8Array, undefined, undefined> {
    for (const part of this.parts) {
      const head = `--${this.boundary}\r\nContent-Disposition: form-data; name="${quoted(part.name)}"`;
      if ('value' in part) {
        yield Buffer.from(`${head}\r\n\r\n${part.value}\r\n`);
        continue;
      }
      const filename = quoted(filenameOf(part.file));
      yield Buffer.from(`${head}; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`);
      yield* 'bytes' in part.file ? part.file.bytes : fileBytes(part.file.path);
      yield Buffer.from('\r\n');
    }
    yield Buffer.from(`--${this.boundary}--\r\n`);
  }
}

/** Text fields of a form; undefined ones are left out, booleans become `true` and `false`. */
export function textParts<T extends { [K in keyof T]: string | boolean | undefined }>(fields: T): FormPart[] {
  const entries: [string, string | boolean | undefined][] = Object.entries(fields);
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: String(value) }]));
}

const FILE_PIECE_BYTES = 256 * 1024;

/** Each piece lies where the one before it lay. */
async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const memory = Buffer.allocUnsafeSlow(FILE_PIECE_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(memory, 0, memory.length);
      if (bytesRead === 0) return;
      yield memory.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function filenameOf(file: FileSource): string {
  return file.filename ?? ('path' in file ? basename(file.path) : '');
}

/** As browsers do: what would end the quoted string or the header is percent-encoded. */
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
