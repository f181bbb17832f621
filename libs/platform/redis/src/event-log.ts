import { z } from 'zod';
import type { Logger } from '@corefleet/platform/logger';
import type { RedisConnections } from './redis-connections';

/** Something changed: whoever shows it reads it again. Carries no content. */
export const FleetEvent = z.object({ topic: z.string(), id: z.string(), version: z.number() });
export type FleetEvent = z.infer<typeof FleetEvent>;

/** Events that were told together; without `events`, some may be missing before it: read everything again. */
export interface LogEntry {
  /** Where it stands in the log, for whoever goes on after it: the same for every process. */
  readonly position: string;
  readonly events?: readonly FleetEvent[];
}

/** Entries that are kept for who comes back, of at most `EVENTS_MOST` events each: 80 MB at the very most. */
const ENTRIES_MOST = 10_000;
const EVENTS_MOST = 100;
const PAGE = 200;
const POSITION = /^\d{1,20}-\d{1,20}$/;
const FIELD = 'events';

/**
 * The last events in the order they were told, in a Redis stream of bounded length that all processes share. Whoever names an
 * entry that is still there can be told exactly what came after it. Where entries may be missing (Redis was away, or emptied, or
 * more came than is kept) the log says so with an entry of its own, or does not know the position any more.
 */
export class EventLog {
  private readonly key: string;
  private owesGap = false;

  constructor(
    private readonly redis: RedisConnections,
    private readonly logger: Logger,
  ) {
    this.key = `${redis.prefix}:events`;
    redis.commands.on('ready', () => this.owesGap && this.append([]));
  }

  /** Adds events, or with none a gap. Never throws: what could not be added is made good by a gap as soon as Redis is back. */
  append(events: readonly FleetEvent[]): void {
    const entries = [...(this.owesGap ? [''] : []), ...textsOf(events)];
    this.owesGap = false;
    for (const entry of entries.length > 0 ? entries : ['']) {
      this.add(entry).catch((error: unknown) => {
        this.owesGap = true;
        this.logger.warn({ error }, 'Events not added to the log, a gap will be told');
      });
    }
  }

  /** Position of the newest entry; one is made where there is none. @throws when Redis is away */
  async newest(): Promise<string> {
    const [entry] = await this.redis.commands.xrevrange(this.key, '+', '-', 'COUNT', 1);
    return entry ? entry[0] : this.add('');
  }

  /** Whether the entry is still there, and with it all that came after. @throws when Redis is away */
  async has(position: string): Promise<boolean> {
    if (!POSITION.test(position)) return false;
    return (await this.redis.commands.xrange(this.key, position, position)).length > 0;
  }

  /**
   * What came after `position`, page by page.
   * @yields a gap, and nothing more, where the log cannot tell
   * @throws when Redis is away
   */
  async *since(position: string): AsyncGenerator<LogEntry> {
    if (!(await this.has(position))) return yield { position };
    for (let from = position; ;) {
      const page = await this.redis.commands.xrange(this.key, `(${from}`, '+', 'COUNT', PAGE);
      yield* page.map(entryOf);
      const last = page.at(-1);
      if (page.length < PAGE || !last) break;
      from = last[0];
    }
    // Looked at again: what was removed meanwhile may have come after it.
    if (!(await this.has(position))) yield { position };
  }

  /** @param reader a connection of its own: it waits on it for up to `waitMs`. @throws when Redis is away */
  async next(
    reader: Pick<RedisConnections['commands'], 'xread'>,
    position: string,
    waitMs: number,
  ): Promise<LogEntry[]> {
    const found = await reader.xread('COUNT', PAGE, 'BLOCK', waitMs, 'STREAMS', this.key, position);
    return (found?.[0]?.[1] ?? []).map(entryOf);
  }

  private async add(text: string): Promise<string> {
    const id = await this.redis.commands.xadd(this.key, 'MAXLEN', '~', ENTRIES_MOST, '*', FIELD, text);
    return id ?? '';
  }
}

function textsOf(events: readonly FleetEvent[]): string[] {
  const texts: string[] = [];
  for (let at = 0; at < events.length; at += EVENTS_MOST)
    texts.push(JSON.stringify(events.slice(at, at + EVENTS_MOST)));
  return texts;
}

/** What another version has written and this one cannot read counts as a gap. */
function entryOf([position, fields]: [string, string[]]): LogEntry {
  const text = fields[fields.indexOf(FIELD) + 1];
  if (!text) return { position };
  const parsed = z.array(FleetEvent).safeParse(parseJson(text));
  return parsed.success ? { position, events: parsed.data } : { position };
}

/** @returns undefined when it is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
