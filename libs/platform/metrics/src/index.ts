export { CATALOGUE } from './catalogue';
export type { CounterName, GaugeName, HistogramName, MetricSpec } from './catalogue';
export { Metrics, metrics } from './metrics';
export type { Labels, Reading, Readings } from './metrics';
export { withMetrics } from './serve-metrics';
export type { MetricsSettings } from './serve-metrics';
