import { HttpStatusError } from '../link/http-json';
import { transferFailure } from './transfer-failure';

const coded = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

describe('a failed transfer', () => {
  it.each([
    ['ENOSPC', 'disk-full', false],
    ['EDQUOT', 'disk-full', false],
    ['EFBIG', 'disk-full', false],
    ['EROFS', 'artifact-failed', false],
    ['EACCES', 'artifact-failed', false],
    ['EIO', 'artifact-failed', false],
    ['ECONNRESET', 'artifact-failed', true],
    ['ECONNREFUSED', 'artifact-failed', true],
    ['ENOTFOUND', 'artifact-failed', true],
  ])('with %s is told as %s and may work later: %s', (code, told, mayWorkLater) => {
    const failure = transferFailure(coded(code), 'fetch "a"');
    expect(failure).toMatchObject({ code: told, mayWorkLater, message: expect.stringMatching(/^cannot fetch "a"/) });
  });

  it.each([
    [400, false],
    [403, false],
    [410, false],
    [413, false],
    [401, true],
    [408, true],
    [429, true],
    [500, true],
    [507, true],
  ])('answered with %i may work later: %s', (status, mayWorkLater) => {
    const answered = new HttpStatusError('fetch "a"', status, undefined, '{"detail":"told so"}');
    expect(transferFailure(answered, 'fetch "a"')).toMatchObject({
      mayWorkLater,
      message: `cannot fetch "a": the server answered ${status} (told so)`,
    });
  });
});
