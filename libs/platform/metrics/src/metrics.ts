import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CATALOGUE, type CounterName, type GaugeName, type HistogramName, type MetricSpec } from './catalogue';

export type Labels = Readonly<Record<string, string>>;

/** One value of a gauge, as it is at the moment of asking. */
export interface Reading {
  readonly labels?: Labels;
  readonly value: number;
}

export type Readings = Partial<Record<GaugeName, readonly Reading[]>>;

/** Reads a gauge, or several that one query answers. */
type Source = () => Readings | Promise<Readings>;

/**
 * The metrics of this process, as `CATALOGUE` describes them. Counting is cheap, and done whether anybody asks or not. Gauges are
 * read when somebody asks, from their sources; of several for one gauge, as in a process that is all four, the values are added up.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<GaugeName, Gauge>();
  private readonly histograms = new Map<string, Histogram>();
  private readonly sources = new Set<Source>();
  private withDefaults = false;
  private asked: Promise<string> | undefined;

  constructor() {
    for (const [name, spec] of Object.entries<MetricSpec>(CATALOGUE)) this.register(name, spec);
  }

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    this.counters.get(name)?.inc(labels, by);
  }

  /** @param value in the unit of the metric: seconds */
  observe(name: HistogramName, value: number, labels: Labels = {}): void {
    this.histograms.get(name)?.observe(labels, value);
  }

  /** @returns what takes the source away */
  addSource(source: Source): () => void {
    this.sources.add(source);
    return () => void this.sources.delete(source);
  }

  /** What the process itself takes: CPU, memory, event loop. From the first call on. */
  includeProcess(): void {
    if (!this.withDefaults) collectDefaultMetrics({ register: this.registry });
    this.withDefaults = true;
  }

  /** In the text format of Prometheus. A source that fails is counted, and its gauges are left out. Who asks meanwhile gets the same. */
  async text(): Promise<{ type: string; body: string }> {
    this.asked ??= this.collect().finally(() => (this.asked = undefined));
    return { type: this.registry.contentType, body: await this.asked };
  }

  private async collect(): Promise<string> {
    const readings = await Promise.all([...this.sources].map((source) => this.read(source)));
    for (const [name, gauge] of this.gauges) empty(gauge, CATALOGUE[name].labels.length > 0);
    for (const each of readings) {
      for (const [name, values] of Object.entries(each) as [GaugeName, readonly Reading[]][]) {
        for (const { labels, value } of values) this.gauges.get(name)?.inc(labels ?? {}, value);
      }
    }
    return this.registry.metrics();
  }

  private async read(source: Source): Promise<Readings> {
    try {
      return await source();
    } catch {
      // Whoever is asked says so in its own log: here it is a number that somebody watches.
      this.count('corefleet_scrape_failures_total');
      return {};
    }
  }

  private register(name: string, spec: MetricSpec): void {
    const options = { name, help: spec.help, labelNames: [...spec.labels], registers: [this.registry] };
    if (spec.type === 'counter') this.counters.set(name, new Counter(options));
    else if (spec.type === 'histogram')
      this.histograms.set(name, new Histogram({ ...options, buckets: [...spec.buckets] }));
    else this.gauges.set(name as GaugeName, new Gauge(options));
  }
}

/** A gauge that nobody reads here says nothing at all: a process that is not a gateway has no links, and not none. */
function empty(gauge: Gauge, labelled: boolean): void {
  gauge.reset();
  if (!labelled) gauge.remove();
}

/** Those of this process. */
export const metrics = new Metrics();
