import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import type { Verdict } from '@corefleet/audit-chain';
import { SigningKey } from '@corefleet/apps/signer';
import { AuditLogService, AuditSealer, CheckpointFiles } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { print, printRatio } from '../print';
import type { BenchConfig } from '../process/settings';
import { median } from '../statistics';
import { actsPerSecond, writeEntries } from './entries';
import { exportTo, hashFile, took, verifyFile, type Took } from './measure';

const ENTRIES = 300_000;
const ACTS = 10_000;
const CONNECTIONS = 8;
const RUNS = 3;
const LIMIT = 0.5;

/** Sealing, export and verification of many entries, the last beside the bare hashing of the same file. */
export async function benchAudit(config: BenchConfig, { entries = ENTRIES }: { entries?: number }): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'corefleet-bench-audit-'));
  const connect = (url: string): Database =>
    new Database({ url, connections: CONNECTIONS, onIdleError: () => undefined });
  const [api, signer] = [connect(config.COREFLEET_API_DATABASE_URL), connect(config.COREFLEET_SIGNER_DATABASE_URL)];
  const files = new CheckpointFiles(path.join(directory, 'checkpoints'));
  const sealer = new AuditSealer(signer, files, SigningKey.load(config.COREFLEET_AUDIT_KEY_FILE), new Clock());
  try {
    await printMachine(api);
    await benchActs(api, sealer);
    await writeEntries(api.pool, entries);
    let sealed = 0;
    const sealing = await took(async () => {
      sealed = (await sealer.round())?.sealed ?? 0;
    });
    print('sealing', `${((sealed / sealing.ms) * 1000).toFixed(0)} entries/s, with their checkpoints`);
    await benchVerification(new AuditLogService(api), files, {
      file: path.join(directory, 'audit.jsonl'),
      entries: entries + 2 * ACTS,
    });
  } finally {
    await Promise.all([api.close(), signer.close()]);
    rmSync(directory, { recursive: true, force: true });
  }
}

async function printMachine({ pool }: Database): Promise<void> {
  const { rows } = await pool.query<{ version: string; fsync: string }>(
    `SELECT version(), current_setting('fsync') AS fsync`,
  );
  print('machine', `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${RUNS} runs`);
  print('Postgres', `${rows[0]?.version.split(' on ')[0]}, fsync ${rows[0]?.fsync}`);
}

/** What acts notice of the sealer: it must not be a queue in front of them. */
async function benchActs({ pool }: Database, sealer: AuditSealer): Promise<void> {
  const alone = await actsPerSecond(pool, ACTS, CONNECTIONS);
  let acting = true;
  const sealing = (async () => {
    while (acting) await sealer.round();
  })();
  const beside = await actsPerSecond(pool, ACTS, CONNECTIONS);
  acting = false;
  await sealing;
  print('acts of one entry', `${alone.toFixed(0)}/s alone, ${beside.toFixed(0)}/s beside a sealer that never rests`);
}

async function benchVerification(
  log: AuditLogService,
  files: CheckpointFiles,
  { file, entries }: { readonly file: string; readonly entries: number },
): Promise<void> {
  let added = 0;
  const exporting = await took(async () => {
    added = await exportTo(file, log);
  });
  const mib = statSync(file).size / 1024 / 1024;
  print(
    'export',
    `${((entries / exporting.ms) * 1000).toFixed(0)} entries/s, ${mib.toFixed(1)} MiB; memory at most ${added.toFixed(0)} MiB more`,
  );
  const checkpoints = await files.paths();
  const runs = { bare: [] as Took[], verified: [] as Took[] };
  for (let run = 0; run < RUNS; run += 1) {
    runs.bare.push(await took(() => hashFile(file)));
    runs.verified.push(await took(async () => require(await verifyFile(file, checkpoints), entries)));
  }
  print('bare SHA-256 of the file', shown(runs.bare, mib));
  print('verification', shown(runs.verified, mib));
  printRatio('verified / bare, CPU', cpuOf(runs.bare) / cpuOf(runs.verified), `at least ${LIMIT}`);
  print('verified / bare, time', (msOf(runs.bare) / msOf(runs.verified)).toFixed(3));
}

function require({ proven, findings }: Verdict, entries: number): void {
  if (proven !== entries || findings.length > 0)
    throw new Error(`cannot trust the verification: ${proven} of ${entries} proven, ${findings.length} findings`);
}

const msOf = (runs: readonly Took[]): number => median(runs.map(({ ms }) => ms));
const cpuOf = (runs: readonly Took[]): number => median(runs.map(({ cpuMs }) => cpuMs));

function shown(runs: readonly Took[], mib: number): string {
  const each = runs.map(({ cpuMs }) => cpuMs.toFixed(0)).join(', ');
  return `${cpuOf(runs).toFixed(0)} ms of CPU (${each}), ${((mib / msOf(runs)) * 1000).toFixed(0)} MiB/s`;
}
