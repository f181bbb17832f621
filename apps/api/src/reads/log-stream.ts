import type { FastifyReply } from 'fastify';
import type { EndReason, Follower } from '@corefleet/features/reads';

/** How entries are written: as snapd does (RFC 7464), or as server-sent events. */
interface Format {
  readonly contentType: string;
  entry(entry: unknown): string;
  end(reason: EndReason): string;
}

const JSON_SEQ: Format = {
  contentType: 'application/json-seq',
  entry: (entry) => `\u001e${JSON.stringify(entry)}\n`,
  end: (reason) => `\u001e${JSON.stringify({ end: reason })}\n`,
};

const EVENTS: Format = {
  contentType: 'text/event-stream',
  entry: (entry) => `data: ${JSON.stringify(entry)}\n\n`,
  end: (reason) => `event: end\ndata: ${JSON.stringify(reason)}\n\n`,
};

/** What a client that does not read has left to take the last record. */
const LAST_WORDS_MS = 5_000;

/** A followed log as an answer without end. Its last record says why it ended. */
export class LogStream implements Follower {
  private readonly format: Format;

  /** @param accept the client's `Accept` header */
  constructor(
    private readonly reply: FastifyReply,
    accept: string | undefined,
  ) {
    this.format = /\btext\/event-stream\b/i.test(accept ?? '') ? EVENTS : JSON_SEQ;
  }

  open(): void {
    const { reply, format } = this;
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? '');
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': format.contentType, 'x-accel-buffering': 'no' });
    reply.raw.flushHeaders();
  }

  write(entries: readonly unknown[]): boolean {
    return this.reply.raw.write(entries.map((entry) => this.format.entry(entry)).join(''));
  }

  whenDrained(callback: () => void): void {
    this.reply.raw.once('drain', callback);
  }

  end(reason: EndReason): void {
    const { raw } = this.reply;
    raw.end(this.format.end(reason));
    const cutOff = setTimeout(() => raw.destroy(), LAST_WORDS_MS);
    raw.once('close', () => clearTimeout(cutOff));
  }
}
