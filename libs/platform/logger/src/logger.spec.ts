import { createLogger } from './logger';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  write(createLogger('test', 'debug', { write: (line) => (text += line) }));
  return text;
}

describe('createLogger', () => {
  it.each(['err', 'error'])('writes what an error under the name %s says', (name) => {
    expect(logged((logger) => logger.warn({ [name]: new Error('connection refused') }, 'Not stored'))).toContain(
      'connection refused',
    );
  });

  it('writes no secret under a name that says it is one', () => {
    expect(logged((logger) => logger.info({ password: 'p4ss', request: { token: 't0ken' } }))).not.toMatch(
      /p4ss|t0ken/,
    );
  });
});
