import { Pool } from 'pg';
import { print, printRatio } from '../print';
import { endAll } from '../process/child';
import { printSettings } from '../process/print-settings';
import type { BenchConfig } from '../process/settings';
import { seedFleet } from '../reports/seed-fleet';
import { startServer, type Server } from '../road/server';
import { median } from '../statistics';

const DEVICES = 100_000;
const REQUESTS = 50;
const RUNS = 3;
const LIMIT = 5;

/** A page of a long list beside one row by its primary key, both over the same HTTP road. */
export async function benchLists(config: BenchConfig, { devices = DEVICES }: { devices?: number }): Promise<void> {
  const pool = new Pool({ connectionString: config.COREFLEET_DATABASE_URL, max: 2 });
  try {
    await printSettings(pool, config.COREFLEET_REDIS_URL, RUNS);
    await seedFleet(pool, devices);
    const server = await startServer(config);
    const ids = await someIds(pool);
    print('fleet', `${devices} devices; medians of ${REQUESTS} requests each, ${RUNS} runs, ms`);
    for (const [name, path] of await pages(pool)) {
      const { one, page } = await rounds(server, (at) => `/v1/devices/${ids[at % ids.length]}`, path);
      printRatio(name, median(page) / median(one), `${shown(page)} / one device ${shown(one)}, at most ${LIMIT}`);
    }
    const { rows } = await pool.query<{ devices: string }>('SELECT count(*) AS devices FROM devices');
    if (Number(rows[0]?.devices) !== devices)
      throw new Error(`cannot trust the benchmark: ${rows[0]?.devices} devices`);
  } finally {
    await endAll();
    await pool.end();
  }
}

/** First pages, pages in the middle and last ones, without a filter and with one that means many, few and hardly any. */
async function pages(pool: Pool): Promise<[string, string][]> {
  const at = async (offset: string) => {
    const { rows } = await pool.query<{ id: string }>(
      `SELECT id FROM devices ORDER BY id OFFSET (SELECT count(*) FROM devices) ${offset} LIMIT 1`,
    );
    return Buffer.from(rows[0]?.id ?? '').toString('base64url');
  };
  const [middle, last] = [await at('/ 2'), await at('- 51')];
  const list = (query: string) => `/v1/devices?${query}`;
  const filtered = (filter: string, more = '') => list(`filter=${encodeURIComponent(filter)}${more}`);
  return [
    ['first page', list('limit=50')],
    ['page in the middle', list(`cursor=${middle}`)],
    ['last page', list(`cursor=${last}`)],
    ['first page, 1 of 100', filtered('label.site=site-7')],
    ['middle page, 1 of 100', filtered('label.site=site-7', `&cursor=${middle}`)],
    ['last page, 1 of 100', filtered('label.site=site-7', `&cursor=${last}`)],
    ['first page, by revision', filtered('snap.app-1.revision<8')],
    ['last page, by revision', filtered('snap.app-1.revision<8', `&cursor=${last}`)],
    ['one serial', filtered('serial=SN-77')],
    ['first page, counted', list('total=true')],
    ['1 of 100, counted', filtered('label.site=site-7', '&total=true')],
  ];
}

async function someIds(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM devices ORDER BY serial LIMIT 500');
  return rows.map(({ id }) => id);
}

/** Requests one after the other, a device and a page in turn. @returns the median time of each, ms, for each run */
async function rounds(
  server: Server,
  deviceAt: (at: number) => string,
  path: string,
): Promise<{ one: number[]; page: number[] }> {
  const medians = { one: [] as number[], page: [] as number[] };
  for (let run = 0; run < RUNS; run += 1) {
    const took = { one: [] as number[], page: [] as number[] };
    for (let at = 0; at < REQUESTS; at += 1) {
      took.one.push(await timed(server, deviceAt(run * REQUESTS + at)));
      took.page.push(await timed(server, path));
    }
    medians.one.push(median(took.one));
    medians.page.push(median(took.page));
  }
  return medians;
}

async function timed({ url, token }: Server, path: string): Promise<number> {
  const startedAt = performance.now();
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`cannot read ${path}: ${answer.status} ${text}`);
  return performance.now() - startedAt;
}

const shown = (runs: readonly number[]): string =>
  `${median(runs).toFixed(2)} (${runs.map((run) => run.toFixed(2)).join(', ')})`;
