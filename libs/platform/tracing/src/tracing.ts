import { AsyncLocalStorage } from 'node:async_hooks';

/** What a span says, apart from where it belongs. */
export interface SpanStory {
  /** A kind of work, never a thing: ids are attributes. */
  readonly name: string;
  /** W3C traceparent of the span this one is part of; a trace of its own without, or with one that is malformed. */
  readonly parent?: string | null | undefined;
  /** Traceparents of spans of other traces that led to this one. */
  readonly links?: readonly string[];
  readonly kind?: 'server' | 'internal';
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

export interface SpanEnd {
  /** Milliseconds since 1970. */
  readonly endMs: number;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** Why it failed. */
  readonly error?: string | undefined;
}

/** A span under way. */
export interface OpenSpan {
  /** For rows and requests that come of it. */
  readonly traceparent: string;
  end(how: SpanEnd): void;
}

/** Takes spans to wherever they are kept. */
export interface Recorder {
  begin(story: SpanStory): OpenSpan;
  /** Sends what was recorded. */
  close(): Promise<void>;
}

/**
 * The traces of this process. Without a recorder, which is so unless somebody asks for traces, nothing is recorded, and rows
 * carry no traceparent.
 */
class Tracing {
  private recorder: Recorder | undefined;
  private readonly current = new AsyncLocalStorage<string>();

  get enabled(): boolean {
    return this.recorder !== undefined;
  }

  /** Traceparent of the request that is being answered. */
  get traceparent(): string | undefined {
    return this.current.getStore();
  }

  begin(story: SpanStory): OpenSpan | undefined {
    return this.recorder?.begin(story);
  }

  /** Of work that is over. @returns its traceparent */
  record(story: SpanStory & SpanEnd): string | undefined {
    const span = this.recorder?.begin(story);
    span?.end({ endMs: story.endMs, error: story.error });
    return span?.traceparent;
  }

  /** Runs `work` as part of a span. */
  within<T>(traceparent: string, work: () => T): T {
    return this.current.run(traceparent, work);
  }

  use(recorder: Recorder | undefined): void {
    this.recorder = recorder;
  }
}

/** Those of this process. */
export const tracing = new Tracing();
