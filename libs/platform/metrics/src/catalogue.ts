/** Who tells a metric; in `npm start` one process is all four. */
type Part = 'api' | 'gateway' | 'worker' | 'signer';

interface Described {
  readonly help: string;
  readonly parts: readonly Part[];
  /** Each takes few values, all known beforehand: never a path, an id or a name that somebody chose. */
  readonly labels: readonly string[];
}

export interface CounterSpec extends Described {
  readonly type: 'counter';
}

export interface GaugeSpec extends Described {
  readonly type: 'gauge';
}

export interface HistogramSpec extends Described {
  readonly type: 'histogram';
  readonly buckets: readonly number[];
}

export type MetricSpec = CounterSpec | GaugeSpec | HistogramSpec;

/** Upper bounds in seconds: of what a person waits for, of what the database does, and of what devices take. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WORK_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const DEVICE_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];

const counter = (parts: Part[], help: string, labels: string[] = []): CounterSpec => ({
  ...{ type: 'counter', parts, help, labels },
});
const gauge = (parts: Part[], help: string, labels: string[] = []): GaugeSpec => ({
  ...{ type: 'gauge', parts, help, labels },
});
const histogram = (parts: Part[], help: string, buckets: number[], labels: string[] = []): HistogramSpec => ({
  ...{ type: 'histogram', parts, help, labels, buckets },
});

/** Every metric of ours, by name. apps/docs/reference/metrics.md is held against it by a test. */
export const CATALOGUE = {
  corefleet_database_connections: gauge(
    ['api', 'gateway', 'worker', 'signer'],
    'Connections to Postgres by part and state (busy, idle), and who waits for one (waiting).',
    ['part', 'state'],
  ),
  corefleet_http_requests_total: counter(
    ['api'],
    'Requests answered, by method, route as it is declared, and status. Live streams are not counted.',
    ['method', 'route', 'status'],
  ),
  corefleet_http_request_seconds: histogram(['api'], 'From a request to the end of its answer.', REQUEST_SECONDS, [
    'method',
    'route',
  ]),
  corefleet_live_streams: gauge(['api'], 'Clients that listen to live events.'),
  corefleet_links: gauge(['gateway'], 'Links that are open: devices online at this gateway.'),
  corefleet_admissions_total: counter(
    ['gateway'],
    'Links and requests of devices, by outcome: admitted, refused, or busy (told when to come again).',
    ['outcome'],
  ),
  corefleet_reports_stored_total: counter(['gateway'], 'Items of reports that were committed, by kind.', ['kind']),
  corefleet_reports_quarantined_total: counter(
    ['gateway'],
    'Items of reports that could not be kept as what they claim to be.',
  ),
  corefleet_report_store_seconds: histogram(['gateway'], 'From a batch of reports to its commit.', WORK_SECONDS),
  corefleet_report_store_failures_total: counter(['gateway'], 'Batches that were not stored and are tried again.'),
  corefleet_report_pending_bytes: gauge(['gateway'], 'Read from devices and not stored yet.'),
  corefleet_commands_signed_total: counter(['signer'], 'Commands signed.'),
  corefleet_sign_seconds: histogram(['signer'], 'From a batch of commands to their commit.', WORK_SECONDS),
  corefleet_audit_unsealed_seconds: gauge(
    ['signer'],
    'Age of the oldest entry of the audit that is not sealed, or since the last round that sealed. Of several signers the smallest counts.',
  ),
  corefleet_command_moves_total: counter(['worker'], 'Moves of commands that reports made, by the status moved to.', [
    'status',
  ]),
  corefleet_command_accept_seconds: histogram(
    ['worker'],
    'From the request of a command to its acceptance by the device.',
    DEVICE_SECONDS,
  ),
  corefleet_command_end_seconds: histogram(
    ['worker'],
    'From the request of a command to its end, verified or not.',
    DEVICE_SECONDS,
  ),
  corefleet_commands_open: gauge(['worker'], 'Commands that have not ended, by status. The same from each worker.', [
    'status',
  ]),
  corefleet_devices: gauge(
    ['worker'],
    'Devices by state: enrolled, held (another key claims one), gone. The same from each worker.',
    ['state'],
  ),
  corefleet_rollouts: gauge(['worker'], 'Rollouts that are not over, by status. The same from each worker.', [
    'status',
  ]),
  corefleet_rollout_targets: gauge(
    ['worker'],
    'Targets of rollouts that are not over, by state. The same from each worker.',
    ['state'],
  ),
  corefleet_rollout_decisions_total: counter(
    ['worker'],
    'What rollouts did by themselves: start, start-wave, soak-wave, pass-wave (its gate passed), pause, stop, roll-back (a gate failed) and so on.',
    ['decision'],
  ),
  corefleet_queue_jobs: gauge(['worker'], 'Jobs by queue and state. The same from each worker.', ['queue', 'state']),
  corefleet_sweep_seconds: histogram(['worker'], 'A sweep of the worker.', WORK_SECONDS),
  corefleet_sweep_failures_total: counter(['worker'], 'Sweeps that failed, and were followed by another.'),
  corefleet_webhook_attempts_total: counter(
    ['worker'],
    'Attempts at deliveries, by what comes of them: delivered, again, dead or gone.',
    ['outcome'],
  ),
  corefleet_webhook_attempt_seconds: histogram(['worker'], 'From an attempt to its answer.', REQUEST_SECONDS),
  corefleet_webhook_deliveries: gauge(
    ['worker'],
    'Deliveries of webhooks that wait, and that were given up. The same from each worker.',
    ['status'],
  ),
  corefleet_scrape_failures_total: counter(
    ['worker'],
    'Readings of the database or of Redis for metrics that failed: their gauges are missing from that answer.',
  ),
} as const satisfies Record<string, MetricSpec>;

type Catalogue = typeof CATALOGUE;
type NamesOf<Spec> = { [Name in keyof Catalogue]: Catalogue[Name] extends Spec ? Name : never }[keyof Catalogue];
export type CounterName = NamesOf<CounterSpec>;
export type GaugeName = NamesOf<GaugeSpec>;
export type HistogramName = NamesOf<HistogramSpec>;
