import { createHash } from 'node:crypto';
import { canonicalJson } from '@corefleet/contracts/device-protocol';
import { operations } from '@corefleet/operations';
import { ApiProblem } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';
import { LogClient } from '../kill-lab/log-client';
import { Stand } from './stand';
import { describeRealSnapd } from './suite';

/** What stands for the placeholders of a path, and what it is asked with. Others are asked as they are. */
const ASKED: Readonly<Record<string, string>> = {
  'read-assertions': '/v2/assertions/account',
  'read-change': '/v2/changes/1',
  'read-confdb': '/v2/confdb/acme/network/wifi?keys=ssid',
  'read-configuration': '/v2/snaps/system/conf',
  'read-debug': '/v2/debug?aspect=seeding',
  'read-store': '/v2/find?q=hello',
  'read-download': '/v2/download?snap-name=hello',
  'read-icon': '/v2/icons/fleet-hello/icon',
  'read-interfaces': '/v2/interfaces?select=all',
  'read-notice': '/v2/notices/1',
  'read-prompt': '/v2/interfaces/requests/prompts/0000000000000001',
  'read-prompting-rule': '/v2/interfaces/requests/rules/0000000000000001',
  'read-quota': '/v2/quotas/nothing',
  'read-snap': '/v2/snaps/fleet-hello',
  'read-snap-file': '/v2/snaps/fleet-hello/file',
  'read-snapshot-export': '/v2/snapshots/1/export',
  'read-system': '/v2/systems/nothing',
  'read-themes-change': '/v2/accessories/changes/1',
  'read-themes': '/v2/accessories/themes?gtk-theme=Yaru',
  'read-validation-set': '/v2/validation-sets/acme/base',
};

const reads = operations.flatMap(({ name, read }) => (read ? [[name, ASKED[name] ?? read.path] as const] : []));

interface Refusal {
  readonly result?: { readonly message: string; readonly kind?: string; readonly value?: unknown };
}

type Said = Awaited<ReturnType<Stand['snapd']['raw']>>;

interface Answer {
  readonly command: { readonly id: string };
  readonly result: unknown;
}

describeRealSnapd('reads of a real snapd', () => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await Stand.start();
    await stand.install('snapd', 'core24', 'hello1');
  }, 240_000);

  afterAll(() => stand?.stop(), 60_000);

  it.each(reads)(
    '%s is what snapd says: %s',
    async (name, target) => {
      const [said, answered] = await Promise.all([told(name, target), ask(target)]);
      if (said.status !== 200) return expect(answered).toMatchObject(refusalOf(said.status, said.bytes));
      expect(alike(name, answered)).toEqual(alike(name, shownOf(said.contentType, said.bytes)));
    },
    90_000,
  );

  it('follows the log of a service, line by line', async () => {
    const target = `/v1/devices/${stand.deviceId}/snapd/v2/logs?follow=true&n=2&names=fleet-hello`;
    const client = await LogClient.open(stand.fleet.api.url + target, stand.fleet.api.bearer);
    expect([client.status, client.contentType]).toEqual([200, 'application/json-seq']);
    client.resume();
    await eventually(() => client.entries.length >= 4, { what: 'lines that are new', timeoutMs: 20_000 });
    const lines = [1, 2, 3, 4].map((line) => ({
      ...{ timestamp: expect.any(String) as string, message: `snap.fleet-hello.svc.service line ${line}` },
      ...{ sid: 'fleet-hello.svc', pid: '1' },
    }));
    expect(client.entries.slice(0, 4)).toEqual(lines);
    client.leave();
  });

  /** What snapd says to another client: two reads are POSTs for snapd. */
  function told(name: string, target: string): Promise<Said> {
    if (name === 'read-download') return stand.snapd.raw('/v2/download', { 'snap-name': 'hello' });
    if (name !== 'read-new-recovery-key') return stand.snapd.raw(target);
    return stand.snapd.raw('/v2/system-volumes', { action: 'generate-recovery-key' });
  }

  /** The result, or the problem in its place. */
  async function ask(target: string): Promise<unknown> {
    try {
      return (await stand.fleet.api.get<Answer>(`/v1/devices/${stand.deviceId}/snapd${target}`)).result;
    } catch (error) {
      if (error instanceof ApiProblem) return error.problem;
      throw error;
    }
  }
});

/**
 * Without what differs from one answer of snapd to the next: it lists snaps in any order, and the lab's journal makes its lines
 * when it is read. A list that snapd leaves out is an empty one.
 */
function alike(name: string, shown: unknown): unknown {
  if (name === 'read-logs') return (shown as object[]).map((line) => ({ ...line, timestamp: 'any' }));
  if (name === 'read-connections') return unordered({ undesired: [], ...(shown as object) });
  if (/^read-(snaps?|interfaces|apps)$/.test(name)) return unordered(shown);
  if (name === 'read-systems') return { systems: [], ...(shown as object) };
  if (name === 'read-model' || name === 'read-serial') return [shown].flat();
  return shown;
}

/** With every list in one order. */
function unordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unordered).sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unordered(member)]));
}

/** The bytes of snapd's answer as a read shows them. */
function shownOf(contentType: string, bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  if (contentType.startsWith('application/json-seq'))
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line.slice(1)) as unknown]));
  if (contentType.startsWith('application/json')) return (JSON.parse(text) as { result: unknown }).result;
  if (contentType.startsWith('application/x.ubuntu.assertion')) return assertionsOf(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, size: bytes.length, name: expect.any(String) as string };
}

/** A stream of assertions, one by one. */
const assertionsOf = (text: string): string[] => (text === '' ? [] : text.split(/(?<=\n)\n(?=type: )/));

function refusalOf(status: number, bytes: Buffer): object {
  const { result } = JSON.parse(bytes.toString('utf8')) as Refusal;
  const { message, kind, value } = result ?? { message: '' };
  return {
    code: 'snapd-refused',
    detail: message,
    snapdStatus: status,
    ...(kind !== undefined && { snapdKind: kind }),
    ...(value !== undefined && { snapdValue: value }),
  };
}
