import { z } from 'zod';

/** Every bad setting at once, by the name of its environment variable. */
export class ConfigError extends Error {
  readonly code = 'bad-configuration';
}

/**
 * Reads one app's configuration: the only place an app looks at its environment.
 * The schema's keys are the names of the environment variables; an empty variable counts as absent.
 * @throws ConfigError listing every key that is missing or wrong
 */
export function readConfig<S extends z.ZodObject>(
  schema: S,
  environment: Record<string, string | undefined>,
): z.infer<S> {
  const given = Object.fromEntries(Object.keys(schema.shape).map((key) => [key, environment[key] || undefined]));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`cannot start: these settings are missing or wrong\n${lines.join('\n')}`);
}
