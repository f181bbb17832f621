import type { LoggerService } from '@nestjs/common';
import { destination, pino, stdSerializers, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Names under which a secret could be logged by accident. */
const REDACTED = [
  'password',
  'token',
  'secret',
  'authorization',
  '*.password',
  '*.token',
  '*.secret',
  '*.authorization',
];

/**
 * A structured logger of one process, writing JSON lines to standard error.
 * error: someone should act now; warn: it healed itself; info: a state transition; debug: the rest.
 */
export function createLogger(
  processName: string,
  level: string,
  to: DestinationStream = destination({ fd: 2, sync: false }),
): Logger {
  // pino writes an Error under any other name than `err` as {}: its message is not enumerable.
  return pino({ name: processName, level, redact: REDACTED, serializers: { error: stdSerializers.err } }, to);
}

/** Nest's own messages through the same logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...context: unknown[]): void {
    this.logger.debug({ context }, String(message));
  }

  error(message: unknown, ...context: unknown[]): void {
    this.logger.error({ context }, String(message));
  }

  warn(message: unknown, ...context: unknown[]): void {
    this.logger.warn({ context }, String(message));
  }
}
