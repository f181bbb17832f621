import { performance } from 'node:perf_hooks';
import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { Database } from '@corefleet/platform/database';
import { metrics, type Reading, type Readings } from '@corefleet/platform/metrics';
import { bounded, COMMANDS_QUEUE, ROLLOUTS_QUEUE } from '@corefleet/platform/queue';

/** However often somebody asks, the fleet is counted at most so often. */
const FRESH_MS = 10_000;

/** Shows the state of the fleet as Postgres and Redis have it. Every worker shows the same: take the largest, not the sum. */
@Injectable()
export class FleetMetrics implements OnApplicationShutdown {
  private readonly logger = new Logger(FleetMetrics.name);
  private readonly removals: (() => void)[];

  constructor(
    private readonly database: Database,
    @InjectQueue(COMMANDS_QUEUE) private readonly commands: Queue,
    @InjectQueue(ROLLOUTS_QUEUE) private readonly rollouts: Queue,
  ) {
    const sources = [fresh(() => this.readDatabase()), fresh(() => this.readQueues())];
    this.removals = sources.map((source) => metrics.addSource(() => this.told(source())));
  }

  onApplicationShutdown(): void {
    for (const remove of this.removals) remove();
  }

  private async told(readings: Promise<Readings>): Promise<Readings> {
    try {
      return await readings;
    } catch (error) {
      this.logger.warn(`Fleet not counted for the metrics: ${String(error)}`);
      throw error;
    }
  }

  private async readDatabase(): Promise<Readings> {
    const rows = await this.database.rows<{ metric: string; label: string; value: number }>(
      'fleet-metrics',
      COUNTS,
      [],
    );
    const of = (metric: string, name: string): Reading[] =>
      rows.filter((row) => row.metric === metric).map(({ label, value }) => ({ labels: { [name]: label }, value }));
    return {
      corefleet_commands_open: of('commands', 'status'),
      corefleet_devices: of('devices', 'state'),
      corefleet_rollouts: of('rollouts', 'status'),
      corefleet_rollout_targets: of('targets', 'state'),
      corefleet_webhook_deliveries: of('deliveries', 'status'),
    };
  }

  private async readQueues(): Promise<Readings> {
    const readings = await Promise.all([this.commands, this.rollouts].map(countJobs));
    return { corefleet_queue_jobs: readings.flat() };
  }
}

async function countJobs(queue: Queue): Promise<Reading[]> {
  const states = ['waiting', 'active', 'delayed', 'failed'] as const;
  const counts = await bounded(queue, 'count the jobs of', () => queue.getJobCounts(...states));
  return states.map((state) => ({ labels: { queue: queue.name, state }, value: counts[state] ?? 0 }));
}

/** Targets are counted by their waves, which keep the counts; the others by what is open alone. */
const COUNTS = `
SELECT 'commands' AS metric, status AS label, count(*)::float AS value FROM commands WHERE finished_at IS NULL GROUP BY status
UNION ALL
SELECT 'devices', CASE WHEN claimed_at IS NOT NULL THEN 'held' WHEN enrolment_id IS NULL THEN 'gone' ELSE 'enrolled' END, count(*)
  FROM devices GROUP BY 2
UNION ALL
SELECT 'rollouts', status, count(*) FROM rollouts WHERE finished_at IS NULL GROUP BY status
UNION ALL
SELECT 'targets', regexp_replace(counted.key, '^[a-z]+:', ''), sum(counted.value::float)
  FROM rollouts JOIN waves ON rollout_id = rollouts.id, jsonb_each_text(waves.counts) AS counted
 WHERE rollouts.finished_at IS NULL AND waves.number > 0 GROUP BY 2
UNION ALL
SELECT 'deliveries', status, count(*) FROM webhook_deliveries WHERE status IN ('waiting', 'dead') GROUP BY status`;

/** Asks again once an answer is old; a failure is not kept. */
function fresh(read: () => Promise<Readings>): () => Promise<Readings> {
  let kept: { readonly atMs: number; readonly readings: Promise<Readings> } | undefined;
  return () => {
    if (kept && performance.now() - kept.atMs < FRESH_MS) return kept.readings;
    const readings = read();
    const mine = (kept = { atMs: performance.now(), readings });
    readings.catch(() => {
      if (kept === mine) kept = undefined;
    });
    return readings;
  };
}
