import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Artifact } from '@corefleet/operations';
import { generateIdentityKey, identityOf } from '../identity/identity';
import { silentLogger } from '../logger';
import { ENROLMENT_ID, TestSigner } from '../testing/signer';
import { referenceTo, type TestArtifacts } from '../testing/test-artifacts';
import { TestGateway } from '../testing/test-gateway';
import { ArtifactStore, type CommandArtifacts } from './artifact-store';
import { ProvenRequests } from './proven-requests';

const MIB = 1024 * 1024;
const identity = identityOf(generateIdentityKey());

let directory: string;
let gateway: TestGateway;
let server: TestArtifacts;
let commandId: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'corefleet-artifacts-'));
  gateway = await TestGateway.start({ signer: new TestSigner() });
  gateway.publicKey = identity.publicKey;
  server = gateway.artifacts;
  commandId = randomUUID();
});

afterEach(async () => {
  await gateway.close();
  await rm(directory, { recursive: true, force: true });
});

function store(): ArtifactStore {
  const ids = { deviceId: ENROLMENT_ID, enrolmentId: ENROLMENT_ID };
  const enrolment = { ...ids, gatewayUrl: gateway.url, signingKeys: [] };
  const { signal } = new AbortController();
  const requests = new ProvenRequests({ enrolment, identity, connectTimeoutMs: 5000, signal });
  return new ArtifactStore(directory, requests, silentLogger);
}

const artifacts = (): CommandArtifacts => store().forCommand(commandId);
const onDisk = (sha256: string): string => path.join(directory, commandId, sha256);

/** Whether the file holds exactly these bytes. */
async function holds(artifact: Artifact, bytes: Buffer): Promise<boolean> {
  const pieces: Uint8Array[] = [];
  for await (const piece of artifact.open()) pieces.push(piece);
  return Buffer.concat(pieces).equals(bytes);
}

const ranges = (): string[] => server.asked.map((asked) => asked.split(' ')[2] ?? 'whole');

describe('a file fetched from the gateway', () => {
  it('is the one that was ordered, asked for once by a proven request', async () => {
    const bytes = randomBytes(3 * MIB);
    const reference = server.offer(bytes);
    const files = artifacts();
    expect(await holds(await files.fetch(reference), bytes)).toBe(true);
    expect(await holds(await files.fetch(reference), bytes)).toBe(true);
    expect(ranges()).toEqual(['whole']);
  });

  it('goes on where the connection was cut', async () => {
    const bytes = randomBytes(2 * MIB);
    const reference = server.offer(bytes);
    server.cuts.push(MIB, 1000);
    const files = artifacts();
    await expect(files.fetch(reference)).rejects.toMatchObject({ code: 'artifact-failed', mayWorkLater: true });
    await expect(files.fetch(reference)).rejects.toMatchObject({ mayWorkLater: true });
    expect(await holds(await files.fetch(reference), bytes)).toBe(true);
    const [first, second, third] = ranges().map((range) => Number(/\d+/.exec(range)?.[0] ?? 0));
    expect(first).toBe(0);
    expect(second).toBeGreaterThan(0);
    expect(third).toBe((second ?? 0) + 1000);
  });

  it('goes on where the agent was when it ended', async () => {
    const bytes = randomBytes(MIB);
    const reference = server.offer(bytes);
    await artifacts().fetch(reference);
    await writeFile(onDisk(reference.sha256), bytes.subarray(0, 1000));
    await store().clear(new Set([commandId]));
    expect(await holds(await artifacts().fetch(reference), bytes)).toBe(true);
    expect(ranges()).toEqual(['whole', 'bytes=1000-']);
  });

  it('is not asked for again when the agent ended with all of it', async () => {
    const reference = server.offer(randomBytes(MIB));
    await artifacts().fetch(reference);
    await artifacts().fetch(reference);
    expect(ranges()).toEqual(['whole']);
  });

  it.each([
    [
      'torn',
      (bytes: Buffer) => Buffer.concat([Buffer.alloc(1000), bytes.subarray(1000, 5000)]),
      ['bytes=5000-', 'whole'],
    ],
    ['too long', (bytes: Buffer) => Buffer.concat([bytes, bytes]), ['whole']],
    ['of the right size only', (bytes: Buffer) => Buffer.alloc(bytes.length), ['whole']],
  ])('is fetched anew when what an earlier run left is %s', async (_, left, asked) => {
    const bytes = randomBytes(MIB);
    const reference = server.offer(bytes);
    await artifacts().fetch(reference);
    server.asked.length = 0;
    await writeFile(onDisk(reference.sha256), left(bytes));
    expect(await holds(await artifacts().fetch(reference), bytes)).toBe(true);
    expect(ranges()).toEqual(asked);
  });

  it.each([
    ['other bytes', Buffer.from('wrong'), 'its SHA-256 is'],
    ['more bytes', Buffer.from('right and more'), 'it is larger than 5 bytes'],
  ])('is refused for good when the server offers %s', async (_, offered, why) => {
    const reference = referenceTo(Buffer.from('right'));
    server.offered.set(reference.sha256, offered);
    await expect(artifacts().fetch(reference)).rejects.toMatchObject({
      message: expect.stringContaining(`cannot fetch "app_1.snap": ${why}`),
      mayWorkLater: false,
    });
    expect(await readFile(onDisk(reference.sha256))).toHaveLength(0);
  });

  it('may come later when the server has fewer bytes', async () => {
    const reference = referenceTo(Buffer.from('right'));
    server.offered.set(reference.sha256, Buffer.from('rig'));
    await expect(artifacts().fetch(reference)).rejects.toMatchObject({
      message: 'cannot fetch "app_1.snap": it ended after 3 of 5 bytes',
      mayWorkLater: true,
    });
  });

  it.each([
    [401, true],
    [403, false],
    [404, false],
    [429, true],
    [503, true],
  ])('that is answered with %i may come later: %s', async (status, mayWorkLater) => {
    server.refuseWith = status;
    const reference = server.offer(Buffer.from('right'));
    await expect(artifacts().fetch(reference)).rejects.toMatchObject({
      message: `cannot fetch "app_1.snap": the server answered ${status} (told to refuse)`,
      mayWorkLater,
    });
  });

  it('is not asked for when the disk has no room for it', async () => {
    const reference = { ...referenceTo(Buffer.from('right')), size: Number.MAX_SAFE_INTEGER };
    await expect(artifacts().fetch(reference)).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(
        /^cannot fetch "app_1.snap": the disk of the device is full: \d+ bytes are missing/,
      ),
      mayWorkLater: false,
    });
    expect(server.asked).toEqual([]);
  });

  it('is gone when its command has ended, and at the start of an agent that has no such command open', async () => {
    const reference = server.offer(Buffer.from('right'));
    const files = artifacts();
    await files.fetch(reference);
    await files.dispose();
    expect(await readdir(directory)).toEqual([]);
    await artifacts().fetch(reference);
    await store().clear(new Set([randomUUID()]));
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('a file stored in the server', () => {
  async function* pieces(count: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < count; at += 1) yield await Promise.resolve(Buffer.alloc(64 * 1024, at));
  }

  it('is streamed by a proven request that names its command', async () => {
    const reference = await artifacts().store('set 3.zip', pieces(40));
    const [kept] = server.stored;
    expect(kept?.url).toBe(`/v1/device/artifacts?command=${commandId}&name=set%203.zip`);
    expect(reference).toEqual(referenceTo(kept?.bytes ?? Buffer.alloc(0), 'set 3.zip'));
  });

  it('may be sent again when the connection was cut, but not for ever', async () => {
    const files = artifacts();
    server.uploadCuts.push(MIB, MIB, MIB, MIB, MIB);
    for (let cut = 1; cut < 5; cut += 1)
      await expect(files.store('a', pieces(40))).rejects.toMatchObject({ mayWorkLater: true });
    await expect(files.store('a', pieces(40))).rejects.toMatchObject({
      message: 'cannot store "a": it was cut 5 times',
      mayWorkLater: false,
    });
    expect(server.stored).toEqual([]);
  });

  it('is not believed to be kept when the server keeps another', async () => {
    server.lies = true;
    await expect(artifacts().store('a', pieces(1))).rejects.toMatchObject({
      message: expect.stringContaining('cannot store "a": the server keeps'),
    });
  });

  it('is not read to its end when the server refuses it', async () => {
    server.refuseWith = 403;
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        read += 1;
        yield await new Promise<Uint8Array>((resolve) => setImmediate(() => resolve(Buffer.alloc(1024))));
      }
    }
    await expect(artifacts().store('a', endless())).rejects.toMatchObject({
      message: 'cannot store "a": the server answered 403 (told to refuse)',
      mayWorkLater: false,
    });
    const soFar = read;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(read).toBe(soFar);
  });

  it('fails with the words of its source when that fails', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('a'));
      throw new Error('snapd went away');
    }
    await expect(artifacts().store('a', broken())).rejects.toThrow(/^snapd went away$/);
    expect(server.stored).toEqual([]);
  });

  it('has the name of a file', async () => {
    await expect(artifacts().store('../a', pieces(1))).rejects.toThrow(
      'cannot store "../a": it is not the name of a file',
    );
  });
});
