import { ConfigError, readAgentConfig } from './agent-config';

const good = { COREFLEET_SERVER: 'https://fleet.example', COREFLEET_STATE_DIR: '/nowhere' };

it('has defaults for all but the server and the state directory', () => {
  expect(readAgentConfig(good)).toMatchObject({
    server: 'https://fleet.example',
    stateDirectory: '/nowhere',
    snapdSocket: '/run/snapd.socket',
    bootIdFile: '/proc/sys/kernel/random/boot_id',
    policy: { deniedOperations: [], deniedRisks: ['destructive'] },
    logLevel: 'info',
  });
});

it('takes $SNAP_COMMON for its state', () => {
  expect(readAgentConfig({ COREFLEET_SERVER: 'http://x', SNAP_COMMON: '/common' }).stateDirectory).toBe('/common');
});

it('lists everything that is wrong at once', () => {
  const bad = { COREFLEET_SERVER: 'ftp://x', COREFLEET_LOG_LEVEL: 'loud', COREFLEET_POLICY_FILE: '/nowhere/policy' };
  const problems = (): unknown => readAgentConfig(bad);
  expect(problems).toThrow(ConfigError);
  for (const name of ['COREFLEET_STATE_DIR', 'COREFLEET_SERVER', 'COREFLEET_LOG_LEVEL', 'COREFLEET_POLICY_FILE'])
    expect(problems).toThrow(name);
});
