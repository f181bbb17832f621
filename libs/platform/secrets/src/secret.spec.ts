import { hashSecret, isSecret, newSecret } from './secret';

describe('newSecret', () => {
  it('gives a prefixed text of 256 bits and keeps its hash only', () => {
    const { text, hash } = newSecret('cft_');
    expect(text).toMatch(/^cft_[A-Za-z0-9_-]{43}$/);
    expect(hash).toBe(hashSecret(text));
    expect(hash).not.toContain(text);
    expect(newSecret('cft_').text).not.toBe(text);
  });
});

describe('isSecret', () => {
  it.each(['', 'cft_', 'cfx_' + 'a'.repeat(43), 'cft_' + 'a'.repeat(44), 'cft_' + '\u0000'.repeat(43)])(
    'refuses %j',
    (text) => {
      expect(isSecret(text)).toBe(false);
    },
  );
});
