import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CANONICAL } from './anchors';
import { describeAssertion, textOf, type Assertion } from './assertion';
import { decodeAssertions } from './decode';
import { whyNotSigned } from './openpgp/signature';
import { readAccountKey } from './subjects/account-key';
import { trustIn } from './trust';
import { verifyAssertions } from './verify';

/**
 * Assertions of snapd's own tree, kept beside the project and not in it: `anchors/` has what the builds of snapd trust,
 * `snapd-tests/` what its tests use.
 */
const FOLDER = join(__dirname, '../../../../shared/snapd/assertions');
const isHere = existsSync(FOLDER);
const now = new Date('2026-08-21T00:00:00Z');
// Of the store, which signs the accounts and keys of brands; it is in no file of snapd's tree.
const STORE_KEY = 'BWDEoaqyr25nF5SNCvEv2v7QnM9QsfCc0PBMYD_i2NGSQ32EF2d4D0hqUel3m8ul';

if (!isHere) process.stderr.write(`Skipped: the real assertions are not in ${FOLDER}\n`);

/** Of each file by its name: accounts and keys with files of their own first, since others hold newer copies of some. */
const read = (folder: string): { file: string; assertions: Assertion[] }[] =>
  readdirSync(join(FOLDER, folder))
    .sort((a, b) => Number(b.includes('.account')) - Number(a.includes('.account')) || (a < b ? -1 : 1))
    .map((file) => ({ file, assertions: decodeAssertions(readFileSync(join(FOLDER, folder, file))) }));

const textsIn = (assertions: readonly Assertion[]): string => assertions.map(textOf).join('\n');
const vouches = ({ type }: Assertion): boolean => type === 'account' || type === 'account-key';

(isHere ? describe : describe.skip)('real assertions', () => {
  const anchors = isHere ? read('anchors') : [];
  const tests = isHere ? read('snapd-tests').flatMap(({ assertions }) => assertions) : [];
  const anchorsIn = (file: string) =>
    anchors.filter((one) => one.file === file).flatMap(({ assertions }) => assertions);

  it('are all read, and kept byte for byte', () => {
    for (const folder of ['anchors', 'snapd-tests']) {
      for (const { file, assertions } of read(folder)) {
        const text = readFileSync(join(FOLDER, folder, file), 'utf8');
        expect(textsIn(assertions).replace(/\n+/g, '\n')).toBe(`${text.trimEnd()}\n`.replace(/\n+/g, '\n'));
      }
    }
    expect(tests).toHaveLength(155);
  });

  it('begin with what is built in', () => {
    expect(CANONICAL).toBe(textsIn(anchorsIn('production.assertions')));
  });

  it.each([
    ['production.assertions', ['account canonical', 'account-key root']],
    ['production-generic.assertions', ['account generic', 'account-key models', 'model generic-classic']],
  ])('verify from what is built in: %s', (file, expected) => {
    const { verified, refused } = verifyAssertions(anchorsIn(file), { trust: trustIn(CANONICAL), now });
    const named = verified.map(
      ({ type, headers }) => `${type} ${String(headers.model ?? headers.name ?? headers['account-id'])}`,
    );
    expect({ named, refused }).toEqual({ named: expected, refused: [] });
  });

  it.each(['staging.assertions', 'test.assertions'])('verify from the root of another build of snapd: %s', (file) => {
    const assertions = anchorsIn(file);
    const root = assertions.filter(vouches).slice(0, 2);
    const { refused } = verifyAssertions(assertions, { trust: trustIn(textsIn(root)), now });
    expect(refused).toEqual([]);
  });

  it('have good signatures, and bad ones when a bit of them is another: 124 of 124', () => {
    const all = [...tests, ...anchors.flatMap(({ assertions }) => assertions)];
    const keys = new Map(all.filter(({ type }) => type === 'account-key').map((key) => [key.primaryKey[0] ?? '', key]));
    const signed = all.filter(({ signKeyId }) => keys.has(signKeyId));
    expect(signed).toHaveLength(124);
    for (const { content, signature, signKeyId } of signed) {
      const { publicKey } = readAccountKey(keys.get(signKeyId)!);
      expect(whyNotSigned(content, signature.toString('latin1'), publicKey)).toBeUndefined();
      const other = Buffer.from(content);
      other.writeUInt8(other.readUInt8(content.length >> 1) ^ 1, content.length >> 1);
      expect(whyNotSigned(other, signature.toString('latin1'), publicKey)).toBe('hash tag does not match');
    }
  });

  it('verify wherever the key that signed them is in the tree, and the others say which is not', () => {
    const testRoot = anchorsIn('test.assertions');
    const keys = [...tests.filter(vouches).reverse(), ...testRoot, ...decodeAssertions(Buffer.from(CANONICAL))];
    const { verified, refused } = verifyAssertions(tests, { trust: trustIn(textsIn(keys)), now });
    const held = new Set(keys.map(({ primaryKey }) => primaryKey[0]));
    const [withKey, without] = [true, false].map((has) =>
      refused.filter(({ assertion }) => held.has(assertion.signKeyId) === has),
    );
    expect(verified).toHaveLength(tests.filter(({ signKeyId }) => held.has(signKeyId)).length - 2);
    expect(verified).toHaveLength(108);
    // Two models are signed by a key of developer1's in the name of test-snapd; snapd would not take them either.
    expect(withKey?.map(({ assertion, reason }) => `${describeAssertion(assertion)}: ${reason}`)).toEqual(
      Array(2).fill(expect.stringMatching(/from "developer1" but expected it from: test-snapd$/)),
    );
    for (const { kind, reason } of without ?? []) {
      expect({ kind, reason }).toEqual({
        kind: 'unknown-signer',
        reason: expect.stringMatching(/^no matching public key/),
      });
    }
  });

  it('do not verify from the roots alone where the key of the store would have to vouch', () => {
    const trust = trustIn(CANONICAL, textsIn(anchorsIn('test.assertions').slice(0, 2)));
    const known = anchorsIn('test.assertions');
    const { verified, refused } = verifyAssertions(tests, { trust, known, now });
    const ofTestRoot = verified.filter(
      ({ authorityId }) => authorityId === 'testrootorg' || authorityId === 'developer1',
    );
    expect(ofTestRoot).toEqual(verified);
    expect(refused.filter(({ reason }) => reason.includes(STORE_KEY)).length).toBeGreaterThan(50);
    expect(new Set(refused.map(({ kind }) => kind))).toEqual(new Set(['unknown-signer']));
  });
});
