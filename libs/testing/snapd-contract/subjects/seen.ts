/** Which of a subject's hands sent a request; `watch` follows changes and proves nothing. */
export type Hand = 'client' | 'read' | 'operation' | 'raw' | 'watch';

/** One request as it was sent, and the beginning of its answer. */
export class Seen {
  /** HTTP status; undefined until answered. */
  status: number | undefined;
  /** The answer, as far as it was read as text. */
  answer = '';
  private bytes = Buffer.alloc(0);

  constructor(
    readonly hand: Hand,
    readonly method: string,
    /** Path and query. */
    readonly target: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {}

  /** Keeps the first 64 KiB of the body: the fields that tell requests apart are there. */
  add(chunk: Uint8Array): void {
    if (this.bytes.length < KEPT_BYTES) this.bytes = Buffer.concat([this.bytes, chunk.subarray(0, KEPT_BYTES)]);
  }

  get pathname(): string {
    return this.target.split('?')[0] ?? '';
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.target.split('?')[1] ?? '');
  }

  get contentType(): string {
    const [, value = ''] = Object.entries(this.headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
    return value;
  }

  get body(): string {
    return this.bytes.toString('latin1');
  }

  /** The JSON body; undefined where it is none. */
  get json(): Record<string, unknown> | undefined {
    return objectIn(this.body);
  }

  /** A field of the JSON body or of the form. */
  field(name: string): unknown {
    if (!this.contentType.startsWith('multipart/')) return this.json?.[name];
    const match = new RegExp(`name="${name}"(?:; filename="[^"]*")?\\r\\n(?:[^\\r]+\\r\\n)*\\r\\n([^\\r]*)`).exec(
      this.body,
    );
    return match?.[1];
  }

  /** What snapd refused with, or the `err` of the change that was shown. */
  get refusal(): string | undefined {
    const result = objectIn(this.answer)?.['result'];
    if (typeof result !== 'object' || result === null) return undefined;
    const { message, err } = result as { message?: unknown; err?: unknown };
    const words = (this.status ?? 0) >= 400 ? message : err;
    return typeof words === 'string' ? words : undefined;
  }

  /** The change that was started. */
  get change(): string | undefined {
    const change = objectIn(this.answer)?.['change'];
    return typeof change === 'string' ? change : undefined;
  }
}

const KEPT_BYTES = 64 * 1024;

function objectIn(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined; // cut off, or no JSON on purpose
  }
}
