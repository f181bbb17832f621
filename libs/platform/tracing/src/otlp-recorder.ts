import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type SpanContext,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { OpenSpan, Recorder, SpanStory } from './tracing';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Sends spans as OTLP over HTTP, in batches, by the standard `OTEL_EXPORTER_OTLP_*` of the environment. Loaded only when traces are asked for. */
export function otlpRecorder(serviceName: string): Recorder {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('corefleet');
  const begin = (story: SpanStory): OpenSpan => {
    const parent = spanContextOf(story.parent);
    const links = (story.links ?? []).flatMap((link) => spanContextOf(link) ?? []).map((each) => ({ context: each }));
    const span = tracer.startSpan(
      story.name,
      {
        kind: story.kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL,
        startTime: story.startMs,
        attributes: { ...story.attributes },
        links,
      },
      parent ? trace.setSpanContext(context.active(), parent) : ROOT_CONTEXT,
    );
    return {
      traceparent: traceparentOf(span.spanContext()),
      end: ({ endMs, attributes, error }) => {
        if (attributes) span.setAttributes({ ...attributes });
        if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
        span.end(endMs);
      },
    };
  };
  return { begin, close: () => provider.shutdown() };
}

function spanContextOf(traceparent: string | null | undefined): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const made = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return trace.isSpanContextValid(made) ? made : undefined;
}

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
