import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import type { ArtifactView } from '@corefleet/contracts/http';
import { ArtifactFiles, ArtifactsSweep } from '@corefleet/features/artifacts';
import { AuditService } from '@corefleet/features/audit';
import { Database } from '@corefleet/platform/database';
import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import { deathAt } from './kill-lab/deaths';

const ARM = 'SIGUSR2';
const LONG_AGO = new Date(Date.now() - 2 * 3_600_000);

let fleet: Fleet;
let sql: Client;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'corefleet-uploads-'));
  fleet = await startFleet();
  sql = new Client({ connectionString: fleet.database.url() });
  await sql.connect();
}, 60_000);

afterAll(async () => {
  await sql?.end();
  await fleet?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Every file below the artifacts' directory, by its name. */
const lying = (): string[] =>
  readdirSync(fleet.artifacts, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

const listed = async (): Promise<string[]> =>
  (await sql.query<{ sha256: string }>('SELECT sha256 FROM artifacts ORDER BY sha256')).rows.map(
    ({ sha256 }) => sha256,
  );

/** What the sweeps of a worker leave, once what dead processes held is old enough. */
async function sweep(): Promise<void> {
  const temporary = path.join(fleet.artifacts, 'tmp');
  for (const name of readdirSync(temporary)) utimesSync(path.join(temporary, name), LONG_AGO, LONG_AGO);
  const url = fleet.database.url('corefleet_worker');
  const database = new Database({ url, connections: 2, onIdleError: () => undefined });
  const worker = new ArtifactsSweep(database, new AuditService(database), new ArtifactFiles(fleet.artifacts));
  await worker.sweep();
  for (const prefix of readdirSync(fleet.artifacts).filter((name) => name !== 'tmp'))
    await worker.removeOrphans(prefix);
  await database.close();
}

/** The writes that take an upload from the disk into Postgres: before its bytes are placed, after, and when it is kept. */
const places = [
  { when: 'before', contains: 'pg_advisory_xact_lock' },
  { when: 'before', contains: 'INSERT INTO artifacts' },
  { when: 'before', contains: 'COMMIT' },
  { when: 'after', contains: 'COMMIT' },
] as const;

describe('an upload whose API dies', () => {
  it.each(places)(
    'leaves no row without its bytes, and can be made again: $when $contains',
    async (place) => {
      const death = deathAt({ at: 'socket', ...place }, 1);
      const file = path.join(directory, 'app_1.snap');
      const bytes = randomBytes(300_000);
      writeFileSync(file, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const [api] = fleet.members.api;
      await fleet.replace(api!, { ...death, env: { ...death.env, DEATH_ARMED_BY: ARM } });
      // the first request of a process makes its connections: the second is the one to die in
      await fleet.api.at(api!.url!).get('/v1/artifacts');
      process.kill(api!.process.pid, ARM);
      await api!.process.ready('armed');
      await expect(fleet.api.at(api!.url!).upload(file)).rejects.toThrow('fetch failed');
      await api!.process.exited;
      for (const digest of await listed()) expect(lying()).toContain(digest);

      await fleet.replace(api!);
      await sweep();
      expect(lying().sort()).toEqual(await listed());
      expect(await fleet.api.at(api!.url!).upload<ArtifactView>(file)).toMatchObject({ sha256, size: bytes.length });
      expect(readFileSync(path.join(fleet.artifacts, sha256.slice(0, 2), sha256)).equals(bytes)).toBe(true);
    },
    60_000,
  );
});
