import { InvalidRequestError } from '@corefleet/platform/errors';
import { hashPassword, passwordProblem, verifyPassword } from './password';

describe('passwords', () => {
  it('verifies the password that was hashed, and no other', async () => {
    const hash = await hashPassword('ada', 'correct horse battery');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword(hash, 'correct horse battery')).toBe(true);
    expect(await verifyPassword(hash, 'correct horse batterz')).toBe(false);
  });

  it('verifies nothing for a user that does not exist', async () => {
    expect(await verifyPassword(undefined, 'correct horse battery')).toBe(false);
  });

  it.each([
    ['eleven-char', 'must have at least 12 characters'],
    ['🙂'.repeat(11), 'must have at least 12 characters'],
    ['x'.repeat(257), 'must have at most 256 characters'],
    ['Administrator', 'must not be the username'],
    ['twelve-chars', undefined],
  ])('judges %j', (password, problem) => {
    expect(passwordProblem('administrator', password)).toBe(problem);
  });

  it('hashes no password that the policy refuses', async () => {
    await expect(hashPassword('ada', 'short')).rejects.toThrow(InvalidRequestError);
  });
});
