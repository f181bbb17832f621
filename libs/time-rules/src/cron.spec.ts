import { validateCron } from './cron';
import { validateZone } from './zone';

describe('validateCron', () => {
  it.each([
    '* * * * *',
    '*/5 1-3,7 1,15 JAN-MAR mon',
    '@daily',
    ' 0 0 L * * ',
    '0 0 29 2 *',
    '0 0 31 2,3 *',
    '0 0 * * 5#5',
  ])('takes "%s"', (cron) => {
    expect(validateCron(cron)).toEqual([]);
  });

  it.each<[string, RegExp]>([
    ['', /expected minute, hour/],
    ['0 0 * *', /expected minute, hour/],
    ['0 0 0 * * *', /expected minute, hour/],
    ['@reboot', /expected minute, hour/],
    ['61 * * * *', /constraint error, got value 61/],
    ['x * * * *', /invalid characters/],
    ['* * * foo *', /cannot resolve alias/],
    ['* 5-1 * * *', /invalid range/],
    ['* * * * 8L', /last weekday/],
    ['* * * * L', /last weekday/],
    ['* * * * 1#6', /occurrence number/],
    ['0 0 31 2 *', /never occurs/],
    ['0 0 30 2 *', /never occurs/],
    ['0 0 31 4,6,9,11 *', /never occurs/],
  ])('refuses "%s"', (cron, message) => {
    expect(validateCron(cron)).toEqual([{ field: 'cron', message: expect.stringMatching(message) as unknown }]);
  });
});

describe('validateZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])('takes %s', (zone) => {
    expect(validateZone(zone)).toEqual([]);
  });

  it.each(['', 'Europe/Atlantis', '+02:00', 'local', 'system'])('refuses "%s"', (zone) => {
    expect(validateZone(zone)).toHaveLength(1);
  });
});
