import { z } from 'zod';
import { ConfigError, readConfig } from './read-config';
import { port } from './settings';

const schema = z.object({ A_URL: z.url(), A_PORT: port(8080) });

describe('readConfig', () => {
  it('fills in defaults and takes an empty variable as absent', () => {
    expect(readConfig(schema, { A_URL: 'http://x', A_PORT: '' })).toEqual({ A_URL: 'http://x', A_PORT: 8080 });
  });

  it('names every bad key at once', () => {
    expect(() => readConfig(schema, { A_PORT: '99999' })).toThrow(ConfigError);
    expect(() => readConfig(schema, { A_PORT: '99999' })).toThrow(/A_URL: [\s\S]*A_PORT: /);
  });
});
