/** Fields of a log line: ids and codes, never secrets. */
export type LogFields = Record<string, unknown>;

/** error: someone should act now; warn: it healed itself; info: a state transition; debug: the rest. */
export interface AgentLogger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LEVELS)[number];

/** Writes one JSON object per line. */
export function jsonLogger(level: LogLevel, write: (line: string) => void): AgentLogger {
  const line = (at: LogLevel) => (message: string, fields?: LogFields) => {
    if (LEVELS.indexOf(at) < LEVELS.indexOf(level)) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level: at, message, ...fields })}\n`);
  };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

const nothing = (): void => undefined;
export const silentLogger: AgentLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** An error's words, with those of its causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}
