import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLevel } from '../logger';
import { DEFAULT_POLICY, LocalPolicy } from './policy';

/** How the process is set up. */
export interface AgentConfig {
  /** http(s) address of the API, for enrolment. */
  readonly server: string;
  /** Needed until the device is enrolled. */
  readonly enrolmentToken: string | undefined;
  readonly stateDirectory: string;
  readonly snapdSocket: string;
  readonly bootIdFile: string;
  /** For devices that have none of their own. */
  readonly brandId: string | undefined;
  readonly model: string | undefined;
  readonly serial: string | undefined;
  readonly policy: LocalPolicy;
  readonly logLevel: LogLevel;
  /** How long snapd may take to answer a request that changes something. */
  readonly requestTimeoutMs: number;
}

/** Everything that is wrong with the configuration, at once. */
export class ConfigError extends Error {
  readonly code = 'bad-configuration';

  constructor(readonly problems: readonly string[]) {
    super(`cannot start: ${problems.join('; ')}`);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration: from the environment, and below it from a JSON file with the same keys, written `server` for
 * `COREFLEET_SERVER`. The file is COREFLEET_CONFIG_FILE, or `agent.json` in the state directory where there is one.
 * @throws ConfigError
 */
export function readAgentConfig(environment: Environment): AgentConfig {
  const problems: string[] = [];
  const stateFromEnvironment = environment.COREFLEET_STATE_DIR ?? environment.SNAP_COMMON;
  const file = readSettings(environment.COREFLEET_CONFIG_FILE, stateFromEnvironment, problems);
  const setting = (key: string): string | undefined => {
    const value = environment[`COREFLEET_${key.toUpperCase().replaceAll('-', '_')}`] ?? file[key];
    return value === '' ? undefined : value;
  };
  const stateDirectory = setting('state-dir') ?? environment.SNAP_COMMON;
  if (!stateDirectory) problems.push('COREFLEET_STATE_DIR is not set');
  const config: AgentConfig = {
    server: httpAddress(setting('server'), problems),
    enrolmentToken: setting('enrolment-token'),
    stateDirectory: stateDirectory ?? '',
    snapdSocket: setting('snapd-socket') ?? '/run/snapd.socket',
    bootIdFile: setting('boot-id-file') ?? '/proc/sys/kernel/random/boot_id',
    brandId: setting('brand'),
    model: setting('model'),
    serial: setting('serial'),
    policy: readPolicy(setting('policy-file'), problems),
    logLevel: logLevel(setting('log-level'), problems),
    requestTimeoutMs: requestTimeoutMs(setting('snapd-timeout-ms'), problems),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readSettings(
  path: string | undefined,
  stateDirectory: string | undefined,
  problems: string[],
): Record<string, string | undefined> {
  const given = path !== undefined;
  const file = path ?? (stateDirectory && join(stateDirectory, 'agent.json'));
  if (!file) return {};
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) throw new Error('it is not an object');
    return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, textOf(key, value, problems)]));
  } catch (error) {
    if (given || (error as NodeJS.ErrnoException).code !== 'ENOENT')
      problems.push(`cannot read configuration file ${file}: ${(error as Error).message}`);
    return {};
  }
}

function textOf(key: string, value: unknown, problems: string[]): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  problems.push(`"${key}" of the configuration file is not a text`);
  return undefined;
}

function httpAddress(value: string | undefined, problems: string[]): string {
  if (value === undefined) problems.push('COREFLEET_SERVER is not set');
  else if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
    problems.push(`COREFLEET_SERVER is not an http or https address: ${value}`);
  return value ?? '';
}

function readPolicy(path: string | undefined, problems: string[]): LocalPolicy {
  if (path === undefined) return DEFAULT_POLICY;
  try {
    return LocalPolicy.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    problems.push(`cannot read COREFLEET_POLICY_FILE ${path}: ${(error as Error).message}`);
    return DEFAULT_POLICY;
  }
}

function logLevel(value: string | undefined, problems: string[]): LogLevel {
  if (value === undefined) return 'info';
  if (value === 'debug' || value === 'info' || value === 'warn' || value === 'error') return value;
  problems.push(`COREFLEET_LOG_LEVEL is not one of debug, info, warn, error: ${value}`);
  return 'info';
}

function requestTimeoutMs(value: string | undefined, problems: string[]): number {
  if (value === undefined) return 60_000;
  if (/^[1-9]\d{2,6}$/.test(value)) return Number(value);
  problems.push(`COREFLEET_SNAPD_TIMEOUT_MS is not a number of milliseconds from 100 to 9999999: ${value}`);
  return 60_000;
}
