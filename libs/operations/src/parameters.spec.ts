import { aboutOf, findOperation, operations, secretPaths, shownParameters } from './index';

const file = { sha256: '0'.repeat(64), size: 5, name: 'lab-hello_1.snap' };
const plug = { snap: 'lab-hello', plug: 'network' };
const slot = { snap: 'snapd', slot: 'network' };
const model = 'type: model\nauthority-id: acme\nseries: 16\nbrand-id: acme\nmodel: edge\n\nc2ln\n';
const account = 'type: account\nauthority-id: acme\naccount-id: acme\n\nc2ln\n';

const problemsOf = (name: string, parameters: unknown): string => {
  const preparation = findOperation(name)?.prepare(parameters);
  return preparation?.kind === 'bad-parameters' ? preparation.problems.join('; ') : `${preparation?.kind}`;
};

describe('wrong parameters are refused with the field named, in words of snapd where it has some', () => {
  it.each<[string, unknown, string]>([
    ['install', { snaps: ['hello'], channel: 'a/b/c/d' }, '"channel": channel name has too many components: a/b/c/d'],
    ['install', { snaps: ['hello'], channel: '' }, '"channel": channel name cannot be empty'],
    ['install', { snaps: ['hello'], channel: '2.0/nope' }, '"channel": invalid risk in channel name: 2.0/nope'],
    ['install', { snaps: ['hello'], channel: '/edge' }, '"channel": invalid track in channel name: /edge'],
    ['install', { snaps: ['hello'], channel: 'edge/' }, '"channel": invalid branch in channel name: edge/'],
    ['install', { snaps: ['hello'], revision: 'zz' }, '"revision": invalid snap revision: "zz"'],
    ['install', { snaps: ['Bad Name'] }, '"snaps.0": invalid snap name: "Bad Name"'],
    ['install', { snaps: ['hello', 'world'], prefer: true }, 'unsupported option provided for multi-snap operation'],
    ['install', { snaps: ['hello'], devmode: true, jailmode: true }, 'cannot use devmode and jailmode flags together'],
    ['install', { snaps: ['hello'], devmode: true, classic: true }, 'cannot use classic and devmode flags together'],
    ['install', { snaps: ['hello'], unaliased: true, prefer: true }, 'cannot use unaliased and prefer flags together'],
    ['install', { snaps: ['hello'], 'cohort-key': 'k', revision: '1' }, 'cannot specify both cohort-key and revision'],
    ['install', { snaps: ['hello'], components: { world: ['c'] } }, 'components are of a snap that is not installed'],
    ['install', { snaps: ['hello'], 'quota-group': '' }, '"quota-group": invalid quota group name: must not be empty'],
    ['refresh', { transaction: 'nope' }, '"transaction": invalid value for transaction type: nope'],
    [
      'remove',
      { snaps: ['aa'], revision: '3', terminate: true },
      'terminate can only be specified when revision is unset',
    ],
    ['switch', { snap: 'aa' }, 'expected channel, cohort-key or leave-cohort'],
    [
      'alias',
      { snap: 'aa', app: 'a--b', alias: '-x' },
      '"app": invalid app name: "a--b"; "alias": invalid alias name: "-x"',
    ],
    ['unalias', {}, 'expected snap or alias'],
    ['connect', { plug: { ...plug, plug: 'Net' }, slot }, '"plug.plug": invalid plug name: "Net"'],
    ['hold', { time: '2030-02-30T00:00:00Z', 'hold-level': 'auto-refresh' }, '"time": hold action requires time to be'],
    ['hold', { time: '2030-01-01', 'hold-level': 'auto-refresh' }, '"time": hold action requires time to be'],
    ['restore-snapshot', {}, '"set": snapshot operation requires snapshot set ID'],
    ['save-snapshot', { snaps: ['aa'], 'snapshot-options': { bb: { exclude: [] } } }, 'not listed in snaps'],
    [
      'ensure-quota',
      { 'group-name': 'Bad_Name' },
      'invalid quota group name: contains invalid characters (valid names start with a letter and are otherwise alphanumeric with dashes)',
    ],
    ['ensure-quota', { 'group-name': 'a' }, 'invalid quota group name: must be between 2 and 40 characters long'],
    ['ensure-quota', { 'group-name': 'a--b' }, 'invalid quota group name: has invalid "-" sequences in it'],
    [
      'enforce-validation-set',
      { 'validation-set': 'xx' },
      'cannot parse validation set "xx": expected a single account/name',
    ],
    [
      'enforce-validation-set',
      { 'validation-set': 'a=b=c' },
      'cannot parse validation set "a=b=c": expected account/name=seq',
    ],
    ['enforce-validation-set', { 'validation-set': 'a!/base' }, 'invalid account ID "a!"'],
    ['enforce-validation-set', { 'validation-set': 'acme/Base' }, 'invalid validation set name "Base"'],
    ['create-recovery-system', { label: 'Bad Label' }, '"label": invalid seed system label: "Bad Label"'],
    [
      'create-recovery-system',
      { label: 'a', offline: false, snaps: [file] },
      'a system made of files is always made offline',
    ],
    ['boot-system', { mode: 'factory-reset' }, '"mode": expected one of run, recover'],
    ['factory-reset', { label: '..' }, '"label": invalid seed system label: ".."'],
    ['sideload', { files: [] }, '"files": expected at least 1'],
    ['add-assertions', {}, 'expected assertions or files'],
    ['add-assertions', { assertions: 'garbage' }, '"assertions": cannot decode assertion: unexpected EOF'],
    ['remodel', { 'new-model': account }, '"new-model": expected one model assertion, not account'],
    ['create-users', {}, 'expected email, known or automatic'],
    ['create-users', { email: 'ada' }, '"email": please use a valid email address.'],
    [
      'create-users',
      { known: true, expiration: '2030-01-01T00:00:00Z' },
      'cannot create user: expiration date cannot be provided for known users',
    ],
    ['set-confdb', { account: 'acme', schema: 'net', view: 'wifi', values: {} }, '"values": expected at least one key'],
    ['acknowledge-warnings', { timestamp: 'yesterday' }, '"timestamp": expected a time in RFC3339 format'],
    ['install-themes', {}, 'no snaps to install'],
    [
      'add-recovery-key',
      { keyslots: [{ name: 'a' }] },
      '"key-id": system volume action requires key-id to be provided',
    ],
    ['replace-platform-key', { 'auth-mode': 'pin' }, 'pin goes with its mode'],
    [
      'check-recovery-key',
      { 'recovery-key': '123' },
      '"recovery-key": cannot parse recovery key: incorrectly formatted',
    ],
    ['answer-prompt', { id: 'x', action: 'allow', lifespan: 'single', constraints: {} }, '"id": invalid id: "x"'],
    [
      'answer-prompt',
      { id: '0000000000000001', action: 'allow', lifespan: 'timespan', constraints: {} },
      'duration goes with lifespan timespan, and only with it',
    ],
    ['remove-prompting-rule', {}, 'expected id, or snap and interface'],
    ['read-debug', { aspect: 'nope' }, '"aspect": unknown debug aspect "nope"'],
    ['read-debug', { aspect: 'change-timings' }, 'change-timings goes with change-id, ensure or startup'],
    ['read-assertions', { type: 'system-user' }, '"type": system-user assertions hold passwords'],
    ['read-store', { q: 'a', name: 'b' }, "cannot use 'q' and 'name' together"],
    ['read-logs', { n: -1 }, '"n": expected at least 1'],
    [
      'read-confdb',
      { account: 'acme', schema: 'net', view: 'w', constraints: '[1]' },
      '"constraints": expected a JSON object',
    ],
  ])('%s %j: %s', (name, parameters, problem) => {
    expect(problemsOf(name, parameters)).toContain(problem);
  });

  it.each<[string, unknown]>([
    ['install', { snaps: ['hello'], channel: 'stable/fix', components: { hello: ['docs'] }, jailmode: true }],
    ['install', { snaps: ['hello', 'world_2'], 'quota-group': 'fast', transaction: 'all-snaps' }],
    ['connect', { plug, slot }],
    ['remodel', { 'new-model': model, offline: true }],
    ['add-assertions', { assertions: `${account}\n${model}` }],
    ['sideload', { files: [file], assertions: [file], name: 'lab-hello_2' }],
    ['create-users', { automatic: true }],
    ['check-recovery-key', { 'recovery-key': Array(8).fill('12345').join('-') }],
    ['read-assertions', { type: 'account', 'account-id': 'acme', remote: true }],
    ['service-control', { action: 'start', names: ['app'], scope: ['user'], users: 'all' }],
  ])('%s takes %j', (name, parameters) => {
    expect(problemsOf(name, parameters)).toBe('prepared');
  });
});

describe('what is secret', () => {
  it('is marked in every operation that takes some', () => {
    const marked = operations.map(({ name, parameters }) => [name, secretPaths(parameters)] as const);
    expect(Object.fromEntries(marked.filter(([, paths]) => paths.length > 0))).toEqual({
      'change-passphrase': ['old-passphrase', 'new-passphrase'],
      'change-pin': ['old-pin', 'new-pin'],
      'check-passphrase': ['passphrase'],
      'check-pin': ['pin'],
      'check-recovery-key': ['recovery-key'],
      'log-in': ['password', 'otp'],
      'log-out': ['macaroon', 'discharges.*'],
      'replace-platform-key': ['passphrase', 'pin'],
    });
  });

  it('is hidden where parameters are shown, and nothing else is', () => {
    expect(shownParameters('log-in', { email: 'a@b', password: 'swordfish', otp: '1' })).toEqual({
      email: 'a@b',
      password: '(hidden)',
      otp: '(hidden)',
    });
    expect(shownParameters('log-out', { macaroon: 'm', discharges: ['d', 'e'] })).toEqual({
      macaroon: '(hidden)',
      discharges: ['(hidden)', '(hidden)'],
    });
    const shown = { snaps: ['core22'], channel: 'edge' };
    expect(shownParameters('refresh', shown)).toEqual(shown);
    expect(shownParameters('not-of-this-catalogue', { password: 'x' })).toBe('(hidden)');
  });
});

it('says of each operation what takes it back, by operations there are, or why nothing does', () => {
  for (const operation of operations) {
    const { name, risk, undoneBy } = operation;
    expect([name, undoneBy.filter((by) => !findOperation(by))]).toEqual([name, []]);
    const says = undoneBy.length > 0 || aboutOf(operation).final !== undefined;
    expect([name, says]).toEqual([name, risk !== 'read' && name !== 'check-snapshot']);
  }
});
