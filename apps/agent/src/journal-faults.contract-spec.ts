import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileJournalStore } from './journal/file-journal-store';
import { memoryJournalStore, type JournalStore } from './journal/journal-store';
import { silentLogger } from './logger';
import { aSnapd, Fixture, transportOf } from './testing/fixture';
import { LossyTransport } from './testing/lossy-transport';

const CONFIGURE = ['set-configuration', { snap: 'system', values: { 'refresh.retain': 3 } }] as const;
const REFRESH = ['refresh', { snaps: ['app'], channel: 'edge' }] as const;

const ENDS = ['succeeded', 'failed', 'unknown'];

let fixture: Fixture;
let directory: string;

beforeEach(async () => {
  fixture = await Fixture.start();
  directory = await mkdtemp(join(tmpdir(), 'agent-'));
});

afterEach(async () => {
  await fixture.close();
  await rm(directory, { recursive: true });
});

/** A journal that fails as a disk does, from the n-th write on, until told otherwise. */
function failingStore(inner: JournalStore, code: string, from: number): JournalStore & { recover(): void } {
  let writes = 0;
  const write = async (keep: () => Promise<void>): Promise<void> => {
    writes += 1;
    if (writes >= from) throw Object.assign(new Error(code), { code });
    return keep();
  };
  return {
    ...inner,
    endInPlace: (end) =>
      writes >= from && code !== 'ENOSPC' ? Promise.reject(new Error(code)) : inner.endInPlace(end),
    append: (records) => write(() => inner.append(records)),
    rewrite: (records) => write(() => inner.rewrite(records)),
    recover: () => void (from = Infinity),
  };
}

describe('a journal that cannot be written', () => {
  const start = (store: JournalStore) => {
    const snapd = aSnapd();
    const transport = new LossyTransport(transportOf(snapd));
    fixture.startAgent(snapd, store, { snapd: transport });
    return transport;
  };

  it.each(['ENOSPC', 'EROFS', 'EIO'])(
    'from the start on (%s) keeps snapd untouched, and the server is told',
    async (code) => {
      const store = failingStore(memoryJournalStore(), code, 1);
      const transport = start(store);
      for (const _again of [1, 2])
        expect(await fixture.gateway.end(fixture.issue(...CONFIGURE))).toMatchObject({
          state: 'failed',
          cause: 'journal-not-writable',
          message: `cannot write the journal: ${code}`,
        });
      expect(transport.posts).toBe(0);
      store.recover();
      expect(await fixture.gateway.end(fixture.issue(...CONFIGURE))).toMatchObject({ state: 'succeeded' });
      expect(transport.posts).toBe(1);
    },
  );

  // write 1 opens the journal, 2 accepts, 3 is the intent, 4 what was started, 5 the end
  it.each<[number, string, number]>([
    [2, 'failed', 0],
    [3, 'failed', 0],
    [4, 'succeeded', 1],
    [5, 'succeeded', 1],
  ])('from write %d on ends its command %s with %d requests to snapd', async (from, state, posts) => {
    const inner = memoryJournalStore();
    const store = failingStore(inner, 'ENOSPC', from);
    const transport = start(store);
    const id = fixture.issue(...CONFIGURE);
    expect(await fixture.gateway.end(id)).toMatchObject({ state });
    expect(transport.posts).toBe(posts);
    store.recover();
    expect(await fixture.gateway.end(fixture.issue(...CONFIGURE))).toMatchObject({ state: 'succeeded' });
    await fixture.stopAgents();
    const again = start(inner);
    expect(await fixture.gateway.end(fixture.issue(...CONFIGURE))).toMatchObject({ state: 'succeeded' });
    const ends = fixture.gateway.commandReports(id).filter(({ state: said }) => ENDS.includes(said));
    expect(new Set(ends.map(({ state: said }) => said))).toEqual(new Set([state]));
    expect(again.posts).toBe(1);
  });
});

it('serves although it cannot clear up after former commands', async () => {
  const artifactsDirectory = join(directory, 'artifacts');
  await writeFile(artifactsDirectory, 'not a directory');
  const snapd = aSnapd();
  fixture.startAgent(snapd, memoryJournalStore(), { artifactsDirectory });
  expect(await fixture.gateway.end(fixture.issue(...CONFIGURE))).toMatchObject({ state: 'succeeded' });
});

it('does not begin after a restart what it told of as failed for want of room', async () => {
  const inner = memoryJournalStore();
  const snapd = aSnapd();
  const first = new LossyTransport(transportOf(snapd));
  fixture.startAgent(snapd, failingStore(inner, 'ENOSPC', 3), { snapd: first });
  const id = fixture.issue(...CONFIGURE);
  expect(await fixture.gateway.end(id)).toMatchObject({ state: 'failed', cause: 'journal-not-writable' });
  fixture.abandonAgents();
  const second = new LossyTransport(transportOf(snapd));
  fixture.startAgent(snapd, inner, { snapd: second });
  expect(await fixture.gateway.end(fixture.issue('disable', { snap: 'other' }))).toMatchObject({ state: 'succeeded' });
  expect([first.posts, second.posts]).toEqual([0, 1]);
  expect(fixture.gateway.lastReport(id)).toMatchObject({ state: 'failed', cause: 'journal-not-writable' });
});

describe('a damaged journal', () => {
  const path = (): string => join(directory, 'journal');

  /** Starts an agent over the file. @returns its way to snapd */
  function start(snapd: ReturnType<typeof aSnapd>): LossyTransport {
    const transport = new LossyTransport(transportOf(snapd));
    fixture.startAgent(snapd, fileJournalStore(path(), silentLogger), { snapd: transport });
    return transport;
  }

  /** The record of that kind no longer reads as one. */
  async function damage(kind: string): Promise<void> {
    const bytes = await readFile(path());
    const at = bytes.indexOf(`"t":"${kind}"`);
    expect(at).toBeGreaterThan(0);
    bytes[at + 5] = (bytes[at + 5] ?? 0) ^ 1;
    await writeFile(path(), bytes);
  }

  it.each([
    ['accepted', 'unknown'],
    ['intent', 'unknown'],
    ['started', 'unknown'],
    ['numbers', 'succeeded'],
  ])('without its record "%s" ends the command under way %s, and nothing is sent twice', async (kind, state) => {
    const snapd = aSnapd({ taskMs: 30 });
    const first = start(snapd);
    const id = fixture.issue(...REFRESH);
    await fixture.gateway.until(() => fixture.gateway.commandReports(id).some(({ state: said }) => said === 'running'));
    await fixture.stopAgents();
    await damage(kind);
    const second = start(snapd);
    const end = await fixture.gateway.end(id);
    expect(end.state).toBe(state);
    if (state === 'unknown') expect(end.cause).toBe('journal-damaged');
    expect([first.posts, second.posts]).toEqual([1, 0]);
  });

  it('that lost its end begins nothing that was signed before, and everything signed afterwards', async () => {
    const snapd = aSnapd();
    start(snapd);
    const id = fixture.issue(...CONFIGURE);
    expect(await fixture.gateway.end(id)).toMatchObject({ state: 'succeeded' });
    await fixture.stopAgents();
    await rm(path());
    const second = start(snapd);
    // the gateway hands the command out again, for the agent's sequence is below it
    const ends = await fixture.gateway.until(() => {
      const said = fixture.gateway.commandReports(id).map(({ state }) => state);
      return said.includes('unknown') && said;
    });
    expect(ends.at(-1)).toBe('unknown');
    expect(second.posts).toBe(0);
    const timestamp = new Date(Date.now() + 120_000).toISOString();
    expect(await fixture.gateway.end(fixture.issue(...CONFIGURE, { timestamp }))).toMatchObject({ state: 'succeeded' });
    expect(second.posts).toBe(1);
  });
});
