import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { GENESIS, leafOf, nextHash } from '@corefleet/audit-chain';
import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';

const CLI = path.resolve('dist/corefleet.cjs');
const ENTRIES = 60;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const corefleet = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => {
      resolve({ code: Number(error?.code ?? 0), out, err });
    });
  });

let fleet: Fleet;
let owner: Client;
let directory: string;
/** Kept before anybody edits anything: where a database owner does not come to. */
let kept: string;
let tokenFile: string;

beforeAll(async () => {
  fleet = await startFleet();
  owner = new Client({ connectionString: fleet.database.url() });
  await owner.connect();
  directory = mkdtempSync(path.join(tmpdir(), 'corefleet-audit-'));
  [kept, tokenFile] = [path.join(directory, 'kept'), path.join(directory, 'token')];
  const { token } = await fleet.api.post<{ token: string }>('/v1/tokens', { name: 'auditor' });
  writeFileSync(tokenFile, `${token}\n`);
  for (let n = 0; n < ENTRIES; n++) await fleet.enrolmentToken();
  const status = () => fleet.api.get<{ waiting: number; sealed: number }>('/v1/audit/status');
  await eventually(async () => (await status()).waiting === 0, { what: 'all to be sealed' });
  const { sealed } = await status();
  const known = async () => (await fleet.api.get<{ knownTo: number }>('/v1/audit/verify')).knownTo;
  await eventually(async () => (await known()) === sealed, { what: 'a checkpoint of all of it' });
  cpSync(fleet.checkpoints, kept, { recursive: true });
}, 120_000);

afterAll(async () => {
  await owner.end();
  await fleet.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function exported(...more: string[]): Promise<string> {
  const args = ['audit', 'export', '--server', fleet.api.url, '--token-file', tokenFile, '--against', kept, ...more];
  const { code, out, err } = await corefleet(...args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const file = path.join(directory, 'audit.jsonl');
  writeFileSync(file, out);
  return file;
}

const verify = async (...more: string[]): Promise<Ended> =>
  corefleet('audit', 'verify', await exported(), '--against', kept, ...more);

/** Leaves the tables as they were: what is done in them in between is as their owner may, with the triggers off. */
async function tampered(statements: readonly string[], look: () => Promise<void>): Promise<void> {
  const tables = ['audit_entries', 'audit_seals'];
  for (const table of tables) await owner.query(`CREATE TABLE before_${table} AS TABLE ${table}`);
  await owner.query('SET session_replication_role = replica');
  try {
    for (const statement of statements) await (statement === RESEAL ? reseal() : owner.query(statement));
    await look();
  } finally {
    for (const table of tables) {
      await owner.query(`DELETE FROM ${table}`);
      await owner.query(`INSERT INTO ${table} SELECT * FROM before_${table}`);
      await owner.query(`DROP TABLE before_${table}`);
    }
    await owner.query('RESET session_replication_role');
  }
}

const RESEAL = 'reseal';

/** As somebody would who has read our source: every leaf and hash again, of what is in an export now. */
async function reseal(): Promise<void> {
  await owner.query('UPDATE audit_seals SET position = -position');
  await owner.query(
    `UPDATE audit_seals s SET position = r.n FROM (SELECT position, row_number() OVER (ORDER BY position DESC) AS n FROM audit_seals) r
      WHERE r.position = s.position`,
  );
  const headers = { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
  const text = await (await fetch(`${fleet.api.url}/v1/audit/export`, { headers })).text();
  let hash: Buffer = GENESIS;
  for (const line of text.trimEnd().split('\n')) {
    const { position } = JSON.parse(line) as { position: number };
    const leaf = leafOf(line.slice(line.indexOf('"entry":') + 8, -1));
    hash = nextHash(hash, leaf);
    await owner.query('UPDATE audit_seals SET leaf = $2, hash = $3 WHERE position = $1', [position, leaf, hash]);
  }
}

const idAt = async (position: number): Promise<string> => {
  const { rows } = await owner.query<{ id: string }>(
    'SELECT entry_id::text AS id FROM audit_seals WHERE position = $1',
    [position],
  );
  return String(rows[0]?.id);
};

describe('the audit', () => {
  it('is proven by what was kept', async () => {
    const { code, out } = await verify();
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^proven: all \d+ entries are as they were sealed\n/),
    });
    const server = await fleet.api.get<{ outcome: string; findings: unknown[] }>('/v1/audit/verify');
    expect(server).toMatchObject({ outcome: 'proven', findings: [] });
  });

  it('is proven only with the key that signed it', async () => {
    const [, key = ''] = /signed with (\S+)/.exec((await verify()).out) ?? [];
    expect((await verify('--key', key)).code).toBe(0);
    const other = await verify('--key', 'A'.repeat(43));
    expect(other).toMatchObject({ code: 1, out: expect.stringContaining(`it is signed with ${key}, not with AAAA`) });
  });

  it('is proven entry by entry when it is a selection', async () => {
    const file = await exported('--action', 'enrolment-token.create');
    const { code, out } = await corefleet('audit', 'verify', file, '--against', kept, '--selection');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(`proven: all ${ENTRIES} entries`) });
  });

  it('is not all proven when it is newer than what was kept', async () => {
    await fleet.enrolmentToken();
    const status = () => fleet.api.get<{ waiting: number }>('/v1/audit/status');
    await eventually(async () => (await status()).waiting === 0, { what: 'the new entry to be sealed' });
    const { out } = await corefleet('audit', 'export', '--server', fleet.api.url, '--token-file', tokenFile);
    const file = path.join(directory, 'newer.jsonl');
    writeFileSync(file, out);
    const verified = await corefleet('audit', 'verify', file, '--against', kept);
    expect(verified).toMatchObject({ code: 3, out: expect.stringContaining('nothing speaks against the others') });
  });

  const EDIT = `UPDATE audit_entries SET actor_name = 'nobody' WHERE id = (SELECT entry_id FROM audit_seals WHERE position = 30)`;
  const DELETE = `DELETE FROM audit_entries WHERE id = (SELECT entry_id FROM audit_seals WHERE position = 30)`;
  const SEAL_AWAY = `DELETE FROM audit_seals WHERE position = 30`;
  const SWAP = [30, 31].map(
    (position) => `UPDATE audit_seals SET position = -${61 - position} WHERE position = ${position}`,
  );
  const TURN = 'UPDATE audit_seals SET position = -position WHERE position < 0';

  it.each([
    [
      'an entry edited',
      [EDIT],
      /^entry ID \(enrolment-token.create by nobody at \S+\) was edited: it is not what was sealed at position 30$/m,
    ],
    [
      'an entry edited and all of it sealed again',
      [EDIT, RESEAL],
      /^entry ID \(enrolment-token.create by nobody at \S+\) was edited/m,
    ],
    ['an entry deleted', [DELETE], /^entry ID at position 30 was removed$/m],
    ['an entry and its seal deleted', [DELETE, SEAL_AWAY], /^entry ID at position 30 was removed$/m],
    [
      'an entry deleted and all of it sealed again',
      [DELETE, SEAL_AWAY, RESEAL],
      /^entry ID at position 30 was removed$/m,
    ],
    [
      'an entry added and all of it sealed again',
      [
        `INSERT INTO audit_entries (id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, outcome, details)
       VALUES (999999, 'person', 'u', 'eve', 'x.invented', 'x', 'x', 'done', '{}')`,
        `UPDATE audit_seals SET position = position + 100000 WHERE position > 30`,
        `INSERT INTO audit_seals (position, entry_id, xact, leaf, hash) VALUES (31, 999999, '1', '', '')`,
        RESEAL,
      ],
      /^entry 999999 \(x.invented by eve at \S+\) was added/m,
    ],
    ['two exchanged', [...SWAP, TURN, RESEAL], /^entry ID \(enrolment-token.create by \S+ at \S+\) is out of order/m],
    [
      'the newest deleted',
      [
        `DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_seals WHERE position > 50)`,
        `DELETE FROM audit_seals WHERE position > 50`,
      ],
      /^the log ends at 50, the checkpoint of \S+ knows \d+: cut off$/m,
    ],
    [
      'an old backup put back, and the fleet gone on from it',
      [
        `DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_seals WHERE position > 50)`,
        `DELETE FROM audit_seals WHERE position > 50`,
        `INSERT INTO audit_entries (id, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, outcome, details)
         VALUES (999998, 'person', 'u', 'eve', 'x.new', 'x', 'x', 'done', '{}')`,
        `INSERT INTO audit_seals (position, entry_id, xact, leaf, hash) VALUES (51, 999998, '1', '', '')`,
        RESEAL,
      ],
      /^entry 999998 \(x.new by eve at \S+\) was added[^]*^the log ends at 51, .*: cut off$/m,
    ],
    [
      'everything deleted',
      ['DELETE FROM audit_entries', 'DELETE FROM audit_seals'],
      /^the log ends at 0, .*: cut off$/m,
    ],
    [
      'a seal edited',
      [`UPDATE audit_seals SET hash = leaf WHERE position = 30`],
      /^the seal of entry ID .* was edited/m,
    ],
  ])('shows %s, and names it', async (_, statements, expected) => {
    const id = await idAt(30);
    await tampered(statements, async () => {
      const { code, out } = await verify();
      expect(out).toMatch(new RegExp(expected.source.replace('ID', id), 'm'));
      expect(code).toBe(1);
    });
    expect((await verify()).code).toBe(0);
  });

  it('has the sealer refuse, loudly, until it is as it was', async () => {
    const sealer = async () =>
      (await fleet.api.get<{ sealer: { state: string; reason: string | null } }>('/v1/audit/status')).sealer;
    await tampered([EDIT, RESEAL], async () => {
      const why = 'the table has another hash there';
      await eventually(async () => (await sealer()).reason?.includes(why), { what: 'the sealer to refuse' });
      expect((await sealer()).state).toBe('refusing');
      expect(fleet.members.signer[0]?.process.output()).toContain('cannot go on with the audit');
      expect(await fleet.api.get('/v1/audit/verify')).toMatchObject({ outcome: 'contradicted' });
    });
    await eventually(async () => (await sealer()).state === 'sealing', { what: 'the sealer to go on' });
  });
});

describe('the command', () => {
  it.each([
    [
      ['audit', 'verify', 'package.json', '--against', 'apps'],
      'cannot verify against apps: there is no checkpoint file in it',
    ],
    [['audit', 'verify', 'nowhere.jsonl', '--against', 'package.json'], 'cannot read nowhere.jsonl'],
    [['audit', 'verify', 'package.json'], '--against'],
    [
      ['audit', 'export', '--server', 'http://127.0.0.1:9', '--token-file', 'package.json'],
      'cannot reach http://127.0.0.1:9',
    ],
    [['audit', 'fly'], 'fly'],
  ])('ends with 2 and a sentence for %j', async (args, text) => {
    expect(await corefleet(...args)).toMatchObject({ code: 2, err: expect.stringContaining(text) });
  });

  it('says what the server says when it is refused', async () => {
    const file = path.join(directory, 'wrong-token');
    writeFileSync(file, 'cft_wrong');
    const { code, err } = await corefleet('audit', 'export', '--server', fleet.api.url, '--token-file', file);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('cannot') });
  });
});
