export { tracing } from './tracing';
export type { OpenSpan, Recorder, SpanEnd, SpanStory } from './tracing';
export { withTracing } from './with-tracing';
export type { TracingSettings } from './with-tracing';
