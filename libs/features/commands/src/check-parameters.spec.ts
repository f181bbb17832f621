import { InvalidRequestError } from '@corefleet/platform/errors';
import { checkParameters } from './check-parameters';

describe('checkParameters', () => {
  it('gives the parameters as the catalogue reads them', () => {
    expect(checkParameters('hold', { time: 'forever', 'hold-level': 'auto-refresh' })).toEqual({
      time: 'forever',
      'hold-level': 'auto-refresh',
    });
  });

  it.each<[string, unknown, string[]]>([
    ['no-such-operation', {}, ['operation']],
    ['refresh', { snaps: 'x', chanel: 'edge' }, ['parameters.snaps', 'parameters.chanel']],
    ['create-recovery-system', {}, ['parameters.label']],
    ['reboot', 'now', ['parameters']],
  ])('refuses %s with %j and names every field', (operation, parameters, fields) => {
    let caught: unknown;
    try {
      checkParameters(operation, parameters);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(InvalidRequestError);
    expect((caught as InvalidRequestError).problems.map(({ field }) => field)).toEqual(fields);
  });

  it('refuses what fits in no frame to a device, however it would be escaped', () => {
    const withText = (length: number) => ({ snap: 'system', values: { motd: '"'.repeat(length) } });
    expect(() => checkParameters('set-configuration', withText(65_000))).not.toThrow();
    expect(() => checkParameters('set-configuration', withText(66_000))).toThrow(InvalidRequestError);
  });
});
