import { fitCommands } from './fit-commands';

const limits = { count: 3, bytes: 1_000 };
const aCommand = (envelope: string, bytes = 10) => ({
  sequence: envelope.charCodeAt(0),
  command: { envelope: envelope.padEnd(bytes, '.'), keyId: 'k', signature: 's' },
});
const names = (fitted: ReturnType<typeof fitCommands>): string =>
  fitted.commands.map(({ envelope }) => envelope[0]).join('');

describe('fitCommands', () => {
  it.each([
    ['nothing', [], false, '', false],
    ['all that fit, and that there are no more', [aCommand('a'), aCommand('b')], false, 'ab', false],
    ['that there are more when the database had more', [aCommand('a')], true, 'a', true],
    ['no more than may be counted', ['a', 'b', 'c', 'd'].map((name) => aCommand(name)), false, 'abc', true],
    ['no more than a frame may hold', [aCommand('a', 600), aCommand('b', 600)], false, 'a', true],
    ['those behind a command that fits no frame', [aCommand('a', 2_000), aCommand('b')], false, 'b', false],
  ])('hands over %s', (_what, commands, more, handed, saysMore) => {
    const fitted = fitCommands(commands, more, limits);
    expect([names(fitted), fitted.more]).toEqual([handed, saysMore]);
    expect(fitted.upTo).toBe(handed === '' ? undefined : handed.charCodeAt(handed.length - 1));
  });

  it('counts what JSON makes of the envelope, in bytes', () => {
    for (const twice of ['"', 'ü'])
      expect(names(fitCommands([aCommand('a'), aCommand(`b${twice.repeat(450)}`)], false, limits))).toBe('a');
  });
});
