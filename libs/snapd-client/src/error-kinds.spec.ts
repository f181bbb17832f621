import { errorValue, isErrorOfKind, type SnapdErrorKind, type SnapdErrorValues } from './error-kinds';
import { SnapdError, SnapdUnreachableError } from './errors';

const request = { method: 'POST', path: '/v2/snaps' };
const refusal = (kind: string, value?: unknown): SnapdError =>
  new SnapdError({ status: 400, message: 'm', kind, ...(value !== undefined && { value }) }, request);

const weak = { reasons: ['low-entropy'], 'entropy-bits': 20, 'min-entropy-bits': 42, 'optimal-entropy-bits': 72 };
const slots = [{ name: 'default', 'container-role': 'system-data' }];
const release = {
  'snap-name': 'x',
  action: 'install',
  channel: 'latest/stable',
  architecture: 'amd64',
  releases: [{ architecture: 'arm64', channel: 'latest/edge' }],
};

/** One good value for each kind; the compiler asks for all of them. */
const good: { [K in keyof SnapdErrorValues]: SnapdErrorValues[K] } = {
  'invalid-auth-data': { email: ['invalid'] },
  'password-policy': { code: 'x' },
  'snap-already-installed': { snaps: ['x'], components: { y: ['c'] } },
  'snap-not-installed': 'x',
  'snap-not-found': 'x',
  'snap-revision-not-available': 'x',
  'snap-needs-devmode': 'x',
  'snap-needs-classic': 'x',
  'snap-needs-classic-system': 'x',
  'snap-not-classic': 'x',
  'snap-channel-not-available': release,
  'snap-architecture-not-available': release,
  'snap-change-conflict': { 'snap-name': 'x', 'change-kind': 'refresh-snap' },
  'quota-change-conflict': { 'quota-name': 'g' },
  'insufficient-disk-space': { 'snap-names': ['x'], 'change-kind': 'refresh-snap' },
  'option-not-found': { SnapName: 'core', Key: 'refresh.nope' },
  'assertion-not-found': 'serial',
  unsuccessful: { stdout: '', stderr: 'no', 'exit-code': 1 },
  'validation-set-not-found': { 'account-id': 'acme', name: 'base', sequence: 2 },
  'invalid-passphrase': weak,
  'invalid-pin': weak,
  'keyslots-not-found': slots,
  'keyslots-already-exist': slots,
  'insufficient-container-capacity': ['system-data'],
  'invalid-recovery-key': { reason: 'expired' },
  'interfaces-requests-invalid-fields': {
    lifespan: { reason: 'unsupported-value', value: ['x'], supported: ['single'] },
  },
  'interfaces-requests-reply-not-match-request': {
    'path-pattern': { 'requested-path': '/a', 'replied-pattern': '/b' },
  },
  'interfaces-requests-rule-conflict': {
    conflicts: [{ permission: 'read', variant: '/a', 'conflicting-id': '0000000000000003' }],
  },
};

describe('the value of a refusal', () => {
  it.each(Object.entries(good) as [keyof SnapdErrorValues, unknown][])('of kind %s is typed', (kind, value) => {
    expect(errorValue(refusal(kind, value), kind)).toEqual(value);
  });

  it.each(Object.keys(good) as (keyof SnapdErrorValues)[])('of kind %s is not taken for another shape', (kind) => {
    expect(errorValue(refusal(kind), kind)).toBeUndefined();
    expect(errorValue(refusal(kind, 7), kind)).toBeUndefined();
    expect(errorValue(refusal(kind, [7]), kind)).toBeUndefined();
  });

  it.each<[string, keyof SnapdErrorValues, unknown]>([
    ['releases without a channel', 'snap-channel-not-available', { ...release, releases: [{ architecture: 'a' }] }],
    ['a weakness without numbers', 'invalid-pin', { reasons: [] }],
    ['a key slot without role', 'keyslots-not-found', [{ name: 'default' }]],
    ['what confdb says of an option', 'option-not-found', {}],
    ['what confdb says of an assertion', 'assertion-not-found', { Type: { Name: 'confdb-schema' } }],
    ['a name that is a number', 'snap-change-conflict', { 'snap-name': 7 }],
    ['conflicts that are none', 'interfaces-requests-rule-conflict', { conflicts: [{}] }],
  ])('is undefined for %s', (_what, kind, value) => {
    const error = refusal(kind, value);
    expect(errorValue(error, kind)).toBeUndefined();
    expect(error.value).toBe(value);
  });

  it('is read as older snapds sent it', () => {
    expect(errorValue(refusal('snap-already-installed', 'x'), 'snap-already-installed')).toEqual({ snaps: ['x'] });
  });

  it('is none for another kind and for other errors', () => {
    expect(errorValue(refusal('snap-not-found', 'x'), 'snap-not-installed')).toBeUndefined();
    expect(errorValue(new SnapdUnreachableError(request, 'ENOENT', false), 'snap-not-found')).toBeUndefined();
    expect(errorValue(undefined, 'snap-not-found')).toBeUndefined();
  });
});

describe('the kind of a refusal', () => {
  it('tells refusals apart', () => {
    const kind: SnapdErrorKind = 'snap-no-update-available';
    expect(isErrorOfKind(refusal(kind, ''), kind)).toBe(true);
    expect(isErrorOfKind(refusal('snap-local', ''), kind)).toBe(false);
    expect(isErrorOfKind(new Error(kind), kind)).toBe(false);
  });
});
