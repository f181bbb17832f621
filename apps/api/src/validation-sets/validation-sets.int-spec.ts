import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mintBrand } from '@corefleet/assertions';
import { createTestDatabase } from '@corefleet/testing/postgres';
import { testRedis } from '@corefleet/testing/redis';
import { NOWHERE, TestApi, type Answer } from '../testing/test-api';

const acme = mintBrand('acme');
const snap = (name: string, letter: string, but: Record<string, string> = {}) => ({
  name,
  id: letter.repeat(32),
  ...but,
});

let api: TestApi;
let operator: string;
let viewer: string;
const folder = mkdtempSync(path.join(tmpdir(), 'corefleet-trust-'));
const trusted = path.join(folder, 'trusted.assertions');

beforeAll(async () => {
  writeFileSync(trusted, `${acme.root.account}\n${acme.root.accountKey}`);
  api = await TestApi.start(await createTestDatabase(), testRedis(), { COREFLEET_TRUSTED_ASSERTIONS: trusted });
  [operator, viewer] = [await api.session('omar', 'operator'), await api.session('vera', 'viewer')];
});

afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

const send = (body: string, { token = operator, type = 'application/x.ubuntu.assertion' } = {}): Promise<Answer> =>
  api.call('POST', '/v1/validation-sets/import', { token, body, headers: { 'content-type': type } });
const get = (of: string) => api.call('GET', `/v1/validation-sets${of}`, { token: viewer });
const act = (of: string, body: object, token = operator) =>
  api.call('POST', `/v1/validation-sets/acme/base/sequences/${of}`, { token, body });

const base1 = acme.validationSet({
  name: 'base',
  sequence: 1,
  snaps: [snap('core22', 'a', { revision: '12' }), snap('old', 'b')],
});
const base2 = acme.validationSet({
  name: 'base',
  sequence: 2,
  snaps: [snap('core22', 'a', { revision: '14' }), snap('app', 'c')],
});
const extra = acme.validationSet({ name: 'extra', sequence: 5, snaps: [snap('old', 'b', { presence: 'invalid' })] });

describe('validation sets', () => {
  it('are imported as snapd writes them or as plain text, and shown', async () => {
    const imported = await send(`${base1}\n${acme.chain}`);
    expect(imported).toMatchObject({ status: 200 });
    expect((imported.body['items'] as object[]).slice(-1)).toEqual([
      {
        assertion: 'validation-set (1; series:16 account-id:acme name:base)',
        type: 'validation-set',
        revision: 0,
        outcome: 'imported',
      },
    ]);
    expect(await send(`${base2}\n${extra}`, { type: 'text/plain' })).toMatchObject({ status: 200 });
    expect((await get('')).body).toEqual({
      items: [
        { accountId: 'acme', name: 'base', sequence: 2, usable: 2, sequences: 2, bad: 0 },
        { accountId: 'acme', name: 'extra', sequence: 5, usable: 5, sequences: 1, bad: 0 },
      ],
    });
    expect((await get('/acme/base/sequences/1')).body).toMatchObject({
      sequence: 1,
      revision: 0,
      bad: null,
      importedBy: 'omar',
      source: 'upload',
      deviceId: null,
      snaps: [
        { name: 'core22', presence: 'required', revision: '12' },
        { name: 'old', presence: 'required' },
      ],
    });
    const raw = await get('/acme/base/sequences/1/assertion');
    expect(raw.text).toBe(base1);
    expect(raw.headers.get('content-type')).toContain('application/x.ubuntu.assertion');
  });

  it('are listed from page to page', async () => {
    const first = (await get('?limit=1')).body;
    const next = (await get(`?limit=1&cursor=${String(first['next'])}`)).body;
    expect([first, next]).toMatchObject([{ items: [{ name: 'base' }] }, { items: [{ name: 'extra' }] }]);
    expect(next).not.toHaveProperty('next');
    const newest = (await get('/acme/base?limit=1')).body;
    const older = (await get(`/acme/base?limit=1&cursor=${String(newest['next'])}`)).body;
    expect([newest, older]).toMatchObject([{ items: [{ sequence: 2 }] }, { items: [{ sequence: 1 }] }]);
  });

  it('are compared', async () => {
    expect((await get('/acme/base/diff?from=1&to=2')).body).toEqual({
      ...{ accountId: 'acme', name: 'base', from: 1, to: 2 },
      snaps: [
        { name: 'app', change: 'added', to: { presence: 'required' }, components: [] },
        {
          name: 'core22',
          change: 'changed',
          from: { presence: 'required', revision: '12' },
          to: { presence: 'required', revision: '14' },
          components: [],
        },
        { name: 'old', change: 'removed', from: { presence: 'required' }, components: [] },
      ],
    });
  });

  it('are marked bad and lifted, with a reason', async () => {
    const bad = { by: 'omar', reason: 'bricks the pi' };
    expect((await act('2/mark-bad', { reason: 'bricks the pi' })).body).toMatchObject({ sequence: 2, bad });
    expect((await get('')).body).toMatchObject({ items: [{ sequence: 2, usable: 1, bad: 1 }, {}] });
    expect((await act('2/lift-bad', { remark: 'was the cable' })).body).toMatchObject({ bad: null });
  });
});

describe('a sequence that is bad', () => {
  const enforce = (sequence: number) => ({ 'validation-set': `acme/base=${sequence}` });
  const message = 'names acme/base=1, which omar has marked bad: bricks the pi';

  beforeAll(() => act('1/mark-bad', { reason: 'bricks the pi' }));
  afterAll(() => act('1/lift-bad', { remark: 'over' }));

  const command = (operation: string, parameters: object) =>
    api.call('POST', '/v1/commands', { token: operator, body: { deviceIds: [NOWHERE], operation, parameters } });

  it.each([
    ['enforce-validation-set', enforce(1), 'parameters.validation-set'],
    ['refresh', { 'validation-sets': ['acme/extra=5', 'acme/base=1'] }, 'parameters.validation-sets'],
    ['create-recovery-system', { label: 'new', 'validation-sets': ['acme/base=1'] }, 'parameters.validation-sets'],
  ])('is refused by %s, in a command and in a rollout', async (operation, parameters, field) => {
    const refused = (at: string) => ({ status: 400, body: { problems: [{ field: at, message }] } });
    expect(await command(operation, parameters)).toMatchObject(refused(field));
    const does = {
      steps: [
        { operation: 'refresh', parameters: {} },
        { operation, parameters },
      ],
    };
    const rollout = { name: 'x', does, waves: [{ percent: 100 }] };
    const answer = await api.call('POST', '/v1/rollouts', { token: operator, body: rollout });
    expect(answer).toMatchObject(refused(`does.steps.1.${field}`));
  });

  it.each([
    ['enforce-validation-set', enforce(2)],
    ['enforce-validation-set', { 'validation-set': 'acme/base' }],
    ['enforce-validation-set', { 'validation-set': 'acme/base=99999999999999999999' }],
    ['forget-validation-set', enforce(1)],
    ['monitor-validation-set', enforce(1)],
  ])('is no matter to %s of %j', async (operation, parameters) => {
    const { body } = await command(operation, parameters);
    expect(JSON.stringify(body)).not.toContain('marked bad');
    expect(JSON.stringify(body)).toMatch(/device|sequence/); // what is refused is the device that is not there
  });
});

describe('compliance', () => {
  const at = '/acme/base/compliance';

  it('is shown of a set that is imported, also while no device has it', async () => {
    const nobody = { devices: 0, valid: 0, invalid: 0, 'not-applied': 0, unknown: 0, drifted: 0 };
    expect((await get(`${at}?sequence=2`)).body).toEqual({
      ...{ accountId: 'acme', name: 'base', asked: 2, counts: nobody, sequences: [], items: [] },
    });
  });

  it.each([
    ['a set that is not there', '/acme/nothing/compliance', 404, 'not-found'],
    ['a sequence that is not there', `${at}?sequence=9`, 404, 'not-found'],
    ['a state that is none', `${at}?state=good`, 400, 'invalid-request'],
    ['a filter that cannot be read', `${at}?filter=colour%3Dred`, 400, 'bad-filter'],
    ['drift that is neither', `${at}?drifted=maybe`, 400, 'invalid-request'],
  ])('of %s is refused', async (_, path, status, code) => {
    expect(await get(path)).toMatchObject({ status, body: { code } });
  });

  it('of an unknown device is refused', async () => {
    const answer = await api.call('GET', `/v1/devices/${NOWHERE}/validation-sets`, { token: viewer });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });
});

describe('bad input', () => {
  it('is refused with which assertion, and why', async () => {
    const answer = await send(base1.replace('core22', 'core24'));
    expect(answer).toMatchObject({
      status: 400,
      body: {
        code: 'invalid-request',
        detail: expect.stringMatching(
          /^cannot import validation-set \(1; .*\): it is not verified, its signature is bad/,
        ),
        problems: [{ field: 'validation-set (1; series:16 account-id:acme name:base)' }],
      },
    });
  });

  it.each<[string, () => Promise<Answer>, number, string]>([
    ['a viewer who imports', () => send(base1, { token: viewer }), 403, 'refused'],
    ['a viewer who marks', () => act('1/mark-bad', { reason: 'x' }, viewer), 403, 'refused'],
    ['nobody known', () => send(base1, { token: 'nobody' }), 401, 'unauthenticated'],
    ['an import as JSON', () => send('{}', { type: 'application/json' }), 415, 'unsupported-media-type'],
    ['an import of nothing', () => send('\n'), 400, 'invalid-request'],
    ['an import without end', () => send('a'.repeat(1024 * 1024 + 1)), 413, 'body-too-large'],
    ['an import with NUL', () => send('type: a\u0000b'), 400, 'invalid-request'],
    ['an import from no device', () => fromDevice({ deviceId: NOWHERE }), 404, 'not-found'],
    ['a name without its account', () => fromDevice({ deviceId: NOWHERE, name: 'base' }), 400, 'invalid-request'],
    ['a sequence without its name', () => fromDevice({ deviceId: NOWHERE, sequence: 2 }), 400, 'invalid-request'],
    ['a mark without a reason', () => act('1/mark-bad', {}), 400, 'invalid-request'],
    ['a mark of a sequence that is not there', () => act('9/mark-bad', { reason: 'x' }), 404, 'not-found'],
    ['a mark that is not there', () => act('1/lift-bad', { remark: 'x' }), 409, 'conflict'],
    ['a sequence that is none', () => get('/acme/base/sequences/0'), 400, 'invalid-request'],
    ['a sequence that is not there', () => get('/acme/base/sequences/7'), 404, 'not-found'],
    ['a set that is not there', () => get('/acme/nothing'), 404, 'not-found'],
    ['a comparison with nothing', () => get('/acme/base/diff?from=1&to=7'), 404, 'not-found'],
    ['an account that is none', () => get('/A/base'), 400, 'invalid-request'],
    ['a cursor of another list', () => get('?cursor=MTc'), 400, 'invalid-request'],
  ])('%s is refused', async (_, ask, status, code) => {
    expect(await ask()).toMatchObject({ status, body: { status, code } });
  });

  const fromDevice = (body: object): Promise<Answer> =>
    api.call('POST', '/v1/validation-sets/import-from-device', { token: operator, body });
});
