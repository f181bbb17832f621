import { decodeAssertion } from '../decode';
import type { HeaderValue } from '../headers';
import { readAccount } from './account';
import { readModel } from './model';
import { readValidationSet } from './validation-set';
import { mintAuthority } from '../mint';

const acme = mintAuthority('acme');
const timestamp = '2024-01-01T00:00:00Z';
const id = (letter: string) => letter.repeat(32);

type Headers = Record<string, HeaderValue>;

const decode = (type: string, headers: Headers) => decodeAssertion(Buffer.from(acme.sign({ type, headers })));

/** What is wrong with an assertion of these headers. */
function problem(type: string, headers: Headers): string | undefined {
  try {
    decode(type, headers);
    return undefined;
  } catch (error) {
    return (error as { reason: string }).reason;
  }
}

describe('an account', () => {
  it('is verified also by the old word', () => {
    const headers = { 'account-id': 'acme', 'display-name': 'Acme', validation: 'certified', timestamp };
    expect(readAccount(decode('account', headers))).toEqual({
      id: 'acme',
      displayName: 'Acme',
      username: undefined,
      validation: 'verified',
    });
  });
});

describe('a validation set', () => {
  const headers = { series: '16', 'account-id': 'acme', name: 'base', sequence: '3', timestamp };
  const withSnaps = (...snaps: HeaderValue[]): Headers => ({ ...headers, snaps });

  it('says what it wants of which snap', () => {
    const set = withSnaps(
      { name: 'core22', id: id('a') },
      {
        name: 'app',
        id: id('b'),
        presence: 'optional',
        revision: '5',
        components: { one: { presence: 'required', revision: '2' }, two: 'invalid' },
      },
      { name: 'old-app', id: id('c'), presence: 'invalid' },
    );
    expect(readValidationSet(decode('validation-set', set))).toEqual({
      accountId: 'acme',
      name: 'base',
      sequence: 3,
      timestamp: new Date(timestamp),
      snaps: [
        { name: 'core22', id: id('a'), presence: 'required' },
        {
          name: 'app',
          id: id('b'),
          presence: 'optional',
          revision: 5,
          components: { one: { presence: 'required', revision: 2 }, two: { presence: 'invalid' } },
        },
        { name: 'old-app', id: id('c'), presence: 'invalid' },
      ],
    });
  });

  const app = { name: 'app', id: id('a') };
  it.each<[string, Headers, string]>([
    [
      'another signer',
      { ...withSnaps(app), 'account-id': 'other' },
      'authority-id and account-id must match, validation-set assertions are expected to be signed by the issuer account: "acme" != "other"',
    ],
    ['a name with capitals', { ...withSnaps(app), name: 'Base' }, '"name" header contains invalid characters: "Base"'],
    ['sequence 0', { ...withSnaps(app), sequence: '0' }, '"sequence" must be >=1: 0'],
    [
      'a sequence that is no number',
      { ...withSnaps(app), sequence: 'one' },
      '"sequence" header is not an integer: one',
    ],
    ['no snaps', headers, '"snaps" header is mandatory'],
    ['snaps that are no list', { ...headers, snaps: 'app' }, '"snaps" header must be a list of maps'],
    ['snaps that are names', withSnaps('app'), '"snaps" header must be a list of maps'],
    ['a snap without name', withSnaps({ id: id('a') }), '"name" of snap is mandatory'],
    ['a snap whose name is none', withSnaps({ ...app, name: 'a--b' }), 'invalid snap name "a--b"'],
    ['a snap without id', withSnaps({ name: 'app' }), '"id" of snap "app" is mandatory'],
    ['a short id', withSnaps({ ...app, id: 'short' }), '"id" of snap "app" contains invalid characters: "short"'],
    [
      'a presence that is none',
      withSnaps({ ...app, presence: 'wanted' }),
      'presence of snap "app" must be one of required|optional|invalid',
    ],
    ['revision 0', withSnaps({ ...app, revision: '0' }), '"revision" of snap "app" must be >=1: 0'],
    [
      'a revision of what must not be there',
      withSnaps({ ...app, presence: 'invalid', revision: '1' }),
      'cannot specify revision of snap "app" at the same time as stating its presence is invalid',
    ],
    ['a snap twice', withSnaps(app, { ...app, id: id('b') }), 'cannot list the same snap "app" multiple times'],
    [
      'an id twice',
      withSnaps(app, { ...app, name: 'bpp' }),
      `cannot specify the same snap id "${id('a')}" multiple times, specified for snaps "app" and "bpp"`,
    ],
    [
      'components that are no map',
      withSnaps({ ...app, components: 'one' }),
      '"components" field in "snaps" header must be a map',
    ],
    [
      'a component that is a list',
      withSnaps({ ...app, components: { one: ['required'] } }),
      'each field in "components" map must be either a map or a string',
    ],
    [
      'a component whose name is none',
      withSnaps({ ...app, components: { a: 'required' } }),
      'invalid component name "a"',
    ],
    [
      'a component without presence',
      withSnaps({ ...app, components: { one: { revision: '1' } } }),
      '"presence" of component "app+one" is mandatory',
    ],
    [
      'a component without the revision its snap has',
      withSnaps({ ...app, revision: '1', components: { one: 'required' } }),
      'must specify revision of component "app+one" since its associated snap specifies a revision',
    ],
    [
      'a component with a revision its snap has not',
      withSnaps({ ...app, components: { one: { presence: 'required', revision: '1' } } }),
      'cannot specify revision of component "app+one" if its associated snap does not specify a revision',
    ],
    [
      'no timestamp',
      { series: '16', 'account-id': 'acme', name: 'base', sequence: '3', snaps: [app] },
      '"timestamp" header is mandatory',
    ],
  ])("is refused with %s, in snapd's words", (_, set, reason) => {
    expect(problem('validation-set', set)).toBe(reason);
  });
});

describe('a model', () => {
  const headers = { series: '16', 'brand-id': 'acme', model: 'box', architecture: 'amd64', timestamp };
  const gadget = { name: 'pc', id: id('a'), type: 'gadget' };
  const kernel = { name: 'pc-kernel', id: id('b'), type: 'kernel' };
  const core = { ...headers, base: 'core22', snaps: [gadget, kernel] };

  it('says which sets its devices must have enforced, and who may sign serials', () => {
    const sets: HeaderValue = [
      { name: 'base', mode: 'enforce', sequence: '4' },
      { 'account-id': 'other', name: 'extra', mode: 'prefer-enforce' },
    ];
    const model = readModel(decode('model', { ...core, 'validation-sets': sets, 'serial-authority': ['factory'] }));
    expect(model).toMatchObject({
      grade: 'signed',
      serialAuthority: ['acme', 'factory'],
      validationSets: [
        { accountId: 'acme', name: 'base', mode: 'enforce', sequence: 4 },
        { accountId: 'other', name: 'extra', mode: 'prefer-enforce', sequence: undefined },
      ],
    });
  });

  it.each<[string, Headers, string]>([
    [
      'another signer',
      { ...core, 'brand-id': 'other' },
      'authority-id and brand-id must match, model assertions are expected to be signed by the brand: "acme" != "other"',
    ],
    ['capitals in its name', { ...core, model: 'Box' }, '"model" header cannot contain uppercase letters'],
    [
      'a grade without snaps',
      { ...headers, gadget: 'pc', kernel: 'pc', grade: 'signed' },
      'cannot specify a grade for model without the extended snaps header',
    ],
    [
      'a kernel beside its snaps',
      { ...core, kernel: 'pc-kernel' },
      'cannot specify separate "kernel" header once using the extended snaps header',
    ],
    [
      'a grade that is none',
      { ...core, grade: 'perfect' },
      'grade for model must be secured|signed|dangerous, not "perfect"',
    ],
    [
      'less safety than its grade',
      { ...core, grade: 'secured', 'storage-safety': 'prefer-encrypted' },
      'secured grade model must not have storage-safety overridden, only "encrypted" is valid',
    ],
    [
      'a distribution',
      { ...core, distribution: 'ubuntu' },
      'cannot specify distribution for model unless it is classic and has an extended snaps header',
    ],
    ['no kernel', { ...core, snaps: [gadget] }, 'one "snaps" header entry must specify the model kernel'],
    [
      'two kernels',
      { ...core, snaps: [gadget, kernel, { ...kernel, name: 'two', id: id('c') }] },
      'cannot specify multiple kernel snaps: "pc-kernel" and "two"',
    ],
    [
      'a snap without id',
      { ...core, snaps: [gadget, { name: 'pc-kernel', type: 'kernel' }] },
      '"id" of snap "pc-kernel" is mandatory for signed grade model',
    ],
    [
      'a presence of its kernel',
      { ...core, snaps: [gadget, { ...kernel, presence: 'optional' }] },
      'essential snaps are always available, cannot specify presence for snap "pc-kernel"',
    ],
    [
      'a base of another type',
      { ...core, snaps: [gadget, kernel, { name: 'core22', id: id('c') }] },
      'boot base "core22" must specify type "base", not "app"',
    ],
    [
      'a set twice',
      {
        ...core,
        'validation-sets': [
          { name: 'base', mode: 'enforce' },
          { name: 'base', mode: 'enforce' },
        ],
      },
      'cannot add validation set "acme/base" twice',
    ],
    [
      'a set to monitor',
      { ...core, 'validation-sets': [{ name: 'base', mode: 'monitor' }] },
      '"mode" of validation-set "acme/base" must be prefer-enforce|enforce, not "monitor"',
    ],
    [
      'anyone as signer of serials',
      { ...core, 'serial-authority': '*' },
      '"serial-authority" header must be a list of strings',
    ],
    [
      'a base of a classic system without snaps',
      { ...headers, classic: 'true', base: 'core22' },
      'cannot specify a base with a non-extended classic model',
    ],
    [
      'a gadget with a channel',
      { ...headers, gadget: 'pc=22/edge', kernel: 'pc-kernel' },
      '"gadget" channel selector must be a track name only',
    ],
  ])("is refused with %s, in snapd's words", (_, model, reason) => {
    expect(problem('model', model)).toBe(reason);
  });
});
