import type { Running } from '@corefleet/platform/process';
import { tracing } from './tracing';

/** Where traces go: nowhere without an endpoint. The exporter itself reads the rest of the standard's settings. */
export interface TracingSettings {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
}

/**
 * Starts a process with its traces sent, when there is somewhere to send them: nothing of OpenTelemetry is loaded otherwise.
 * What was recorded is sent when the process closes.
 */
export async function withTracing<T extends Running>(
  name: string,
  settings: TracingSettings,
  start: () => Promise<T>,
): Promise<T> {
  if (settings.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return start();
  const { otlpRecorder } = await import('./otlp-recorder.js');
  const recorder = otlpRecorder(`corefleet-${name}`);
  tracing.use(recorder);
  const running = await start();
  const close = async (): Promise<void> => {
    await running.close();
    tracing.use(undefined);
    await recorder.close();
  };
  return { ...running, close };
}
