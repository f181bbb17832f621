import { ValidationSetPlanner } from '@corefleet/features/validation-sets';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { peakKiB } from '../process/resident';

/** What one process does to the fleet that was written. */
export interface PlanSettings {
  /** `read`: only the rows that a plan is made from; `plan`: the plan. */
  readonly work: 'read' | 'plan';
  readonly url: string;
  readonly devices: number;
}

export interface PlanNumbers {
  readonly ms: number;
  /** Most memory the process held, KiB. */
  readonly peakKiB: number;
  /** Devices by verdict, of a plan; rows read, of a reading. */
  readonly counted: Record<string, number>;
}

/** As many devices as the API asks a planner about at one time. */
const PAGE = 1000;

/** Runs in a process of its own, so that its memory is its own, and sends its numbers home. */
export async function runPlanWork({ work, url, devices }: PlanSettings): Promise<void> {
  const database = new Database({ url, connections: 2, onIdleError: () => undefined });
  const ids = await database.rows<{ id: string }>('bench-ids', 'SELECT id FROM devices ORDER BY id LIMIT $1', [
    devices,
  ]);
  const startedAt = performance.now();
  const counted: Record<string, number> = {};
  const count = (what: string): number => (counted[what] = (counted[what] ?? 0) + 1);
  for (let at = 0; at < ids.length; at += PAGE) {
    const page = ids.slice(at, at + PAGE).map(({ id }) => id);
    if (work === 'read')
      for (const { name } of await database.rows<{ name: string }>('bench-facts', FACTS, [page])) count(name);
    else for (const { verdict } of await planOf(database, page)) count(verdict);
  }
  const numbers: PlanNumbers = { ms: performance.now() - startedAt, peakKiB: peakKiB(process.pid), counted };
  await database.close();
  process.send?.(numbers);
}

async function planOf(database: Database, deviceIds: readonly string[]) {
  const planner = new ValidationSetPlanner(database, new Clock());
  const asked = { set: 'acme/base', sequence: 'latest', mode: 'enforce' } as const;
  const wish = await planner.resolve({ ...asked, allowRemovals: false, saveSnapshots: true, followLatest: false });
  return planner.plan(wish, deviceIds);
}

/** The rows that a plan is made from, whole. */
const FACTS = `
SELECT f.name, f.value, l.last_seen_at, l.snapd_state
  FROM devices d JOIN device_links l ON l.enrolment_id = d.enrolment_id
  JOIN device_facts f ON f.enrolment_id = d.enrolment_id
   AND f.name IN ('snaps', 'validation-sets', 'system-info', 'model', 'host')
 WHERE d.id = ANY ($1::uuid[])`;
