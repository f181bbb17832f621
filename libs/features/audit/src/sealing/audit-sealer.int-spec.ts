import { generateKeyPairSync, sign } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyExport, type CheckpointSigner, type Verdict } from '@corefleet/audit-chain';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { createTestDatabase, type TestDatabase, type TestRole } from '@corefleet/testing/postgres';
import { AuditLogService, type ExportOptions } from './audit-log.service';
import { AuditSealer } from './audit-sealer';
import { AuditVerifier } from './audit-verifier';
import { CheckpointFiles } from './checkpoint-files';
import { checkpointLines } from './checkpoint-lines';

const WRITE = `INSERT INTO audit_entries (actor_kind, actor_id, actor_name, action, subject_kind, subject_id, outcome, details)
               VALUES ('person', 'u1', 'ada', $1, 'rollout', 'r1', 'done', $2::jsonb) RETURNING id::text AS id, xact::text AS xact`;

let files: TestDatabase;
let api: Database;
let signer: Database;
let owner: Database;
let directory: string;
const key = aSigner();

beforeEach(async () => {
  files = await createTestDatabase();
  [api, signer, owner] = [connect('corefleet_api', 30), connect('corefleet_signer', 4), connect('postgres', 4)];
  directory = mkdtempSync(path.join(tmpdir(), 'corefleet-checkpoints-'));
});

afterEach(async () => {
  await Promise.all([api.close(), signer.close(), owner.close()]);
  await files.drop();
  rmSync(directory, { recursive: true, force: true });
});

const connect = (role: TestRole, connections: number): Database =>
  new Database({ url: files.url(role), connections, onIdleError: () => undefined });

function aSigner(): CheckpointSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicText = String(publicKey.export({ format: 'jwk' }).x);
  return { publicKey: publicText, sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url') };
}

const sealer = (on = signer): AuditSealer => new AuditSealer(on, new CheckpointFiles(directory), key, new Clock());

async function write(...actions: string[]): Promise<void> {
  for (const action of actions) await api.pool.query(WRITE, [action, '{}']);
}

const verify = (): Promise<Verdict> =>
  verifyExport(new AuditLogService(api).lines(), checkpointLines(new CheckpointFiles(directory)));

async function sealedActions(): Promise<string[]> {
  const { rows } = await owner.pool.query<{ action: string }>(
    'SELECT e.action FROM audit_seals s JOIN audit_entries e ON e.id = s.entry_id ORDER BY s.position',
  );
  return rows.map(({ action }) => action);
}

describe('sealing', () => {
  it('chains what was committed and vouches for it in a file', async () => {
    await write('one', 'two', 'three');
    expect(await sealer().round()).toEqual({ sealed: 3, checkpoint: 3 });
    expect(await sealer().round()).toEqual({ sealed: 0 });
    await write('four');
    expect(await sealer().round()).toEqual({ sealed: 1, checkpoint: 4 });
    expect(await verify()).toEqual({ entries: 4, proven: 4, findings: [], knownTo: 4, keys: [key.publicKey] });
  });

  it('leaves secrets out of an export, and still covers them', async () => {
    const details = { operation: 'log-in', parameters: { email: 'a@b', password: 'hunter2' } };
    await api.pool.query(WRITE, ['command.issue', JSON.stringify(details)]);
    await sealer().round();
    let text = '';
    for await (const piece of new AuditLogService(api).lines()) text += piece.toString();
    expect(text).toContain('"password":"(hidden)"');
    expect(text).not.toContain('hunter2');
    await editing(`UPDATE audit_entries SET details = jsonb_set(details, '{parameters,password}', '"hunter3"')`);
    expect((await verify()).findings).toMatchObject([{ kind: 'edited', position: 1 }]);
  });

  it('waits for a transaction that began before, and keeps the order of commits', async () => {
    const early = await api.pool.connect();
    await early.query('BEGIN');
    await early.query(WRITE, ['early, committed late', '{}']);
    await write('late, committed early');
    expect(await sealer().round()).toEqual({ sealed: 0 });
    expect(await new AuditLogService(api).status(new Date())).toMatchObject({ sealed: 0, waiting: 1 });
    await early.query('COMMIT');
    early.release();
    expect(await sealer().round()).toMatchObject({ sealed: 2 });
    expect(await sealedActions()).toEqual(['early, committed late', 'late, committed early']);
    expect(await new AuditLogService(api).status(new Date())).toMatchObject({
      ...{ sealed: 2, waiting: 0, lagSeconds: 0 },
      sealer: { state: 'sealing', reason: null },
    });
  });

  it('is done by one at a time', async () => {
    await write(...Array.from({ length: 30 }, (_, n) => `act ${n}`));
    const rounds = await Promise.all([sealer().round(), sealer().round(), sealer().round()]);
    expect(rounds.reduce((sum, round) => sum + (round?.sealed ?? 0), 0)).toBe(30);
    expect(await verify()).toMatchObject({ proven: 30, findings: [] });
  });

  it('goes on after a dump was restored into a cluster whose transaction ids begin again', async () => {
    await write('sealed before');
    await sealer().round();
    await write('not sealed before');
    // What a restored dump looks like: ids of transactions that this cluster has not come to.
    await editing('UPDATE audit_entries SET xact = (xact::text::bigint + 1000000)::text::xid8');
    await editing('UPDATE audit_seals SET xact = (xact::text::bigint + 1000000)::text::xid8');
    await write('new');
    expect(await new AuditLogService(api).status(new Date())).toMatchObject({ sealed: 1, waiting: 2 });
    expect(await new AuditLogService(api).passedOver()).toEqual([]);
    expect(await sealer().round()).toMatchObject({ sealed: 2 });
    expect(await new AuditLogService(api).status(new Date())).toMatchObject({ sealed: 3, waiting: 0, lagSeconds: 0 });
    await write('newer');
    expect(await sealer().round()).toMatchObject({ sealed: 1 });
    expect(await sealedActions()).toEqual(['sealed before', 'not sealed before', 'new', 'newer']);
    expect(await verify()).toMatchObject({ proven: 4, findings: [] });
  });

  it('takes half a line away that a death left, and writes it whole', async () => {
    await write('one');
    await sealer().round();
    appendFileSync(newest(), '{"from":2,"to":');
    await write('two');
    expect(await verify()).toMatchObject({ proven: 1, findings: [] });
    await sealer().round();
    expect(readFileSync(newest(), 'utf8').split('\n')).toHaveLength(3);
    expect(await verify()).toMatchObject({ proven: 2, findings: [] });
  });

  it('begins anew in an empty directory, with all that is sealed', async () => {
    await write('one', 'two');
    await sealer().round();
    rmSync(newest());
    expect(await sealer().round()).toEqual({ sealed: 0, checkpoint: 2 });
    expect(await verify()).toMatchObject({ proven: 2, findings: [] });
  });

  it.each([
    ['the first', 0],
    ['another', 1],
  ])('is verified up to the checkpoint that was the last, though %s is written meanwhile', async (_, before) => {
    await write('one');
    await sealer().round();
    await write('two');
    await sealer().round();
    const [file, lines] = [newest(), readFileSync(newest(), 'utf8').split('\n')];
    writeFileSync(
      file,
      lines
        .slice(0, before)
        .map((line) => `${line}\n`)
        .join(''),
    );
    class SealedMeanwhile extends AuditLogService {
      override lines(options?: ExportOptions): AsyncGenerator<Buffer> {
        appendFileSync(file, lines.slice(before).join('\n'));
        return super.lines(options);
      }
    }
    const verification = await new AuditVerifier(new SealedMeanwhile(api), directory).verify();
    expect(verification).toMatchObject({ entries: before, proven: before, knownTo: before, findings: [] });
  });

  it.each([
    [
      'an entry',
      `UPDATE audit_entries SET remark = 'x' WHERE action = 'two'`,
      /entry \d+ is not what was sealed at position 2/,
    ],
    [
      'the newest seal',
      `UPDATE audit_seals SET hash = leaf WHERE position = 2`,
      /entry \d+ is not what was sealed at position 2/,
    ],
    ['a seal that a checkpoint knows', `UPDATE audit_seals SET hash = leaf WHERE position = 1`, /another hash there/],
    ['seals away', `DELETE FROM audit_seals`, /has no seal there/],
  ])('refuses, and says why, after somebody has edited %s', async (_, statement, why) => {
    await write('one');
    await sealer().round();
    await write('two');
    await sealOnly();
    await editing(statement);
    await expect(sealer().round()).rejects.toThrow(why);
    const { sealer: said } = await new AuditLogService(api).status(new Date());
    expect(said).toMatchObject({ state: 'refusing', reason: expect.stringMatching(why) });
    await write('three');
    await expect(sealer().round()).rejects.toThrow(why);
  });

  it('cannot be undone by anybody who is not the owner, and seals are written by the signer alone', async () => {
    await write('one');
    await sealer().round();
    await expect(signer.pool.query('UPDATE audit_seals SET hash = leaf')).rejects.toThrow(/permission denied/);
    await expect(api.pool.query('INSERT INTO audit_seals SELECT * FROM audit_seals')).rejects.toThrow(
      /permission denied/,
    );
    await expect(owner.pool.query('DELETE FROM audit_seals')).rejects.toThrow('cannot delete audit_seals');
    await expect(owner.pool.query('TRUNCATE audit_seals')).rejects.toThrow('cannot truncate audit_seals');
    const forged = `INSERT INTO audit_entries (xact, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, outcome, details)
                    VALUES ('1', 'person', 'u', 'u', 'a', 'k', 's', 'done', '{}')`;
    await expect(api.pool.query(forged)).rejects.toThrow(/permission denied/);
  });
});

/** The sealer as it is when it dies between seals and checkpoint. */
async function sealOnly(): Promise<void> {
  class FullDisk extends CheckpointFiles {
    override append(): Promise<void> {
      return Promise.reject(new Error('no space left'));
    }
  }
  const dying = new AuditSealer(signer, new FullDisk(directory), key, new Clock());
  await expect(dying.round()).rejects.toThrow('no space left');
}

const newest = (): string => path.join(directory, String(readdirSync(directory).sort().at(-1)));

/** As a database owner would: with the triggers off. */
async function editing(statement: string): Promise<void> {
  const client = await owner.pool.connect();
  await client.query('SET session_replication_role = replica');
  await client.query(statement);
  await client.query('RESET session_replication_role');
  client.release();
}

describe('sealing while many write', () => {
  it('misses none, seals none twice, and keeps the order of commits, wherever a sealer dies', async () => {
    const committed = new Map<string, bigint>();
    let [writing, deaths] = [true, 0];
    const writers = Array.from({ length: 20 }, (_, n) => writeAtRandom(n, committed));
    const sealing = (async () => {
      for (let turn = 0; writing || turn < 40; turn++) {
        deaths += await sealAndDie(1 + (Math.floor(turn / 2) % 16), turn % 2 === 0);
      }
    })();
    await Promise.all(writers);
    writing = false;
    await sealing;
    expect(deaths).toBeGreaterThan(10);
    await sealer().round();

    const { rows } = await owner.pool.query<{ id: string; xact: string }>(
      'SELECT entry_id::text AS id, xact::text AS xact FROM audit_seals ORDER BY position',
    );
    expect(rows.map(({ id }) => id).sort()).toEqual([...committed.keys()].sort());
    const order = rows.map(({ id, xact }) => [BigInt(xact), BigInt(id)] as const);
    expect(order).toEqual([...order].sort(([a, i], [b, j]) => Number(a - b || i - j)));
    expect(await verify()).toMatchObject({ entries: committed.size, proven: committed.size, findings: [] });
    expect(await new AuditLogService(api).passedOver()).toEqual([]);
  });
});

/** A round that dies at its nth statement, before or after Postgres has done it. @returns 1 when it did, 0 when it was over before */
async function sealAndDie(nth: number, isDone: boolean): Promise<number> {
  const mortal = connect('corefleet_signer', 2);
  let left = nth;
  mortal.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    const mortalQuery = async (...args: unknown[]): Promise<unknown> => {
      left--;
      if (left === 0 && !isDone) await client.end();
      const answer = await query(...args);
      if (left !== 0) return answer;
      await client.end();
      throw new Error('died');
    };
    Object.assign(client, { query: mortalQuery });
  });
  const [{ status }] = await Promise.allSettled([sealer(mortal).round()]);
  await mortal.close();
  return status === 'rejected' ? 1 : 0;
}

async function writeAtRandom(writer: number, committed: Map<string, bigint>): Promise<void> {
  for (let turn = 0; turn < 25; turn++) {
    const client = await api.pool.connect();
    await client.query('BEGIN');
    const ids: { id: string; xact: string }[] = [];
    for (let n = 0; n <= Math.random() * 3; n++) {
      const { rows } = await client.query<{ id: string; xact: string }>(WRITE, [
        `act ${writer}.${turn}`,
        `{"n": ${n}}`,
      ]);
      ids.push(...rows);
      await sleep(Math.random() * 8);
    }
    const keeps = Math.random() < 0.8;
    await client.query(keeps ? 'COMMIT' : 'ROLLBACK');
    client.release();
    if (keeps) for (const { id, xact } of ids) committed.set(id, BigInt(xact));
  }
}
