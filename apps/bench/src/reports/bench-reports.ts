import { Pool } from 'pg';
import { print, printRatio } from '../print';
import { endAll } from '../process/child';
import { printSettings } from '../process/print-settings';
import { repeat } from '../process/repeat';
import { forgetPeak, peakKiB, residentKiB } from '../process/resident';
import type { BenchConfig } from '../process/settings';
import { startServer, type Server } from '../road/server';
import { median } from '../statistics';
import { seedFleet, SNAPS, type Expected } from './seed-fleet';

const DEVICES = 100_000;
const RUNS = 5;
const SCAN_LIMIT = 3;
const MEMORY_LIMIT_MIB = 64;
const SET = 'acme/base';
const FORMATS = ['csv', 'json', 'html'] as const;

/** Compliance of a whole fleet beside the scan it needs, and what exporting it adds to the API's memory. */
export async function benchReports(config: BenchConfig, { devices = DEVICES }: { devices?: number }): Promise<void> {
  const pool = new Pool({ connectionString: config.COREFLEET_DATABASE_URL, max: 2 });
  try {
    await printSettings(pool, config.COREFLEET_REDIS_URL, RUNS);
    const expected = await seedFleet(pool, devices);
    print('fleet', `${devices} devices x ${SNAPS} snaps`);
    const server = await startServer(config);
    await compareCounts(pool, server, expected);
    await compareReport(pool, server, expected);
    await checkRows(pool, expected);
  } finally {
    await endAll();
    await pool.end();
  }
}

/** The first page, which counts the whole fleet. */
async function compareCounts(pool: Pool, server: Server, expected: Expected): Promise<void> {
  const path = `/v1/validation-sets/${SET}/compliance`;
  const { counts } = (await (await get(server, path)).json()) as { counts: Record<string, number> };
  requireCounts(counts, expected);
  const scan = await repeat(RUNS, () => ms(() => pool.query(SCAN)));
  const counting = await repeat(RUNS, () => ms(async () => (await get(server, path)).text()));
  print('the scan it needs', `${shown(scan)} ms`);
  print('compliance, counted', `${shown(counting)} ms, with its first page, over HTTP`);
  printRatio('counted / scan', median(counting) / median(scan), `at most ${SCAN_LIMIT}`);
}

/** Every device, with the reasons of those that are invalid. */
async function compareReport(pool: Pool, server: Server, expected: Expected): Promise<void> {
  const scan = await repeat(3, () => ms(() => pool.query(SCAN_WITH_SNAPS)));
  print('the scan with snaps', `${shown(scan)} ms`);
  for (const format of FORMATS) {
    const { pid } = server.parts.api;
    const runs = await repeat(3, async () => {
      const before = residentKiB(pid);
      forgetPeak(pid);
      const startedAt = performance.now();
      const { bytes, lines } = await read(await get(server, `/v1/reports/compliance?set=${SET}&format=${format}`));
      const took = performance.now() - startedAt;
      if (lines < expected.devices) throw new Error(`cannot trust the report: ${lines} lines`);
      const growthMiB = (peakKiB(pid) - before) / 1024;
      print(
        `report as ${format}`,
        `${took.toFixed(0)} ms, ${(bytes / 1024 ** 2).toFixed(1)} MiB, api + ${growthMiB.toFixed(0)} MiB (at most ${MEMORY_LIMIT_MIB})`,
      );
      return took;
    });
    print(`report as ${format} / scan`, `${(median(runs) / median(scan)).toFixed(2)}, with snaps`);
  }
}

/** One column of each row that the counts are made of. */
const SCAN = `
SELECT count(*), max(l.last_seen_at), max(f.received_at), sum(s.sequence), count(kept.left_at)
  FROM devices d
  LEFT JOIN device_links l ON l.enrolment_id = d.enrolment_id
  LEFT JOIN device_facts f ON f.enrolment_id = d.enrolment_id AND f.name = 'validation-sets'
  LEFT JOIN device_sets s ON s.enrolment_id = d.enrolment_id AND s.account_id = 'acme' AND s.name = 'base'
  LEFT JOIN left_sets kept ON kept.enrolment_id = d.enrolment_id AND kept.account_id = 'acme' AND kept.name = 'base'`;

const SCAN_WITH_SNAPS = `
SELECT count(*), max(l.last_seen_at), max(f.received_at), sum(s.sequence), sum(snap.revision_number)
  FROM devices d
  LEFT JOIN device_links l ON l.enrolment_id = d.enrolment_id
  LEFT JOIN device_facts f ON f.enrolment_id = d.enrolment_id AND f.name = 'validation-sets'
  LEFT JOIN device_sets s ON s.enrolment_id = d.enrolment_id AND s.account_id = 'acme' AND s.name = 'base'
  LEFT JOIN device_snaps snap ON snap.enrolment_id = d.enrolment_id`;

async function get({ url, token }: Server, path: string): Promise<Response> {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`cannot GET ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

async function read({ body }: Response): Promise<{ bytes: number; lines: number }> {
  let [bytes, lines] = [0, 0];
  for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    for (const byte of piece) if (byte === 10) lines += 1;
  }
  return { bytes, lines };
}

async function ms(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const shown = (runs: readonly number[]): string =>
  `${median(runs).toFixed(0)} (${runs.map((run) => run.toFixed(0)).join(', ')})`;

function requireCounts(counts: Record<string, number>, expected: Expected): void {
  const told = [counts['devices'], counts['valid'], counts['invalid'], counts['not-applied'], counts['unknown']];
  if (told.join() !== Object.values(expected).join())
    throw new Error(`cannot trust the counts: ${JSON.stringify(counts)}, not ${JSON.stringify(expected)}`);
}

async function checkRows(pool: Pool, { devices }: Expected): Promise<void> {
  const { rows } = await pool.query<Record<string, string>>(
    'SELECT (SELECT count(*) FROM devices) AS devices, (SELECT count(*) FROM device_snaps) AS snaps',
  );
  if (Number(rows[0]?.['devices']) !== devices || Number(rows[0]?.['snaps']) !== devices * SNAPS)
    throw new Error(`cannot trust the benchmark: ${JSON.stringify(rows[0])}`);
}
