import { createHash } from 'node:crypto';
import { canonicalJson, type Fact, type Host } from '@corefleet/contracts/device-protocol';
import type { SnapdClient } from '@corefleet/snapd-client';
import type { AgentClock } from '../clock';
import { messageOf, type AgentLogger } from '../logger';
import type { SnapdWatch } from './snapd-watch';

export interface FactsOptions {
  readonly client: SnapdClient;
  readonly clock: AgentClock;
  readonly watch: SnapdWatch;
  readonly logger: AgentLogger;
  /** How long several wishes are gathered before the facts are read, in milliseconds. */
  readonly gatherMs: number;
  readHost(): Promise<Host>;
  report(fact: Fact): void;
}

const readers: Readonly<Record<Exclude<Fact['name'], 'host'>, (client: SnapdClient) => Promise<unknown>>> = {
  'system-info': (client) => client.systemInfo.get(),
  snaps: (client) => client.snaps.list({ select: 'all' }),
  'validation-sets': (client) => client.validationSets.list(),
  systems: (client) => client.systems.list(),
  model: (client) => client.model.json(),
  warnings: (client) => client.warnings.list({ select: 'all' }),
};

type SnapdFact = keyof typeof readers;

/** Reads what raises no notice and reports what is another than it was. */
export class Facts {
  private readonly reported = new Map<string, string>();
  private cancel: (() => void) | undefined;
  private stopped = false;

  constructor(private readonly options: FactsOptions) {}

  /** Reads the facts soon. */
  refresh(): void {
    if (this.cancel || this.stopped) return;
    this.cancel = this.options.clock.after(this.options.gatherMs, () => {
      this.cancel = undefined;
      void this.readAll();
    });
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  private async readAll(): Promise<void> {
    for (const name of Object.keys(readers) as SnapdFact[]) {
      if (this.stopped) return;
      await this.read(name);
    }
    await this.readHost();
  }

  private async read(name: SnapdFact): Promise<void> {
    const { client, watch, logger } = this.options;
    try {
      const value = await readers[name](client);
      watch.reached();
      this.tell(name, value);
    } catch (error) {
      // snapd refuses some of them for good on some systems: no model before it is seeded, no systems on classic.
      watch.failed(error);
      logger.debug('Cannot read a fact', { fact: name, error: messageOf(error) });
    }
  }

  private async readHost(): Promise<void> {
    try {
      this.tell('host', await this.options.readHost());
    } catch (error) {
      this.options.logger.warn('Cannot read the size of the disk', { error: messageOf(error) });
    }
  }

  private tell(name: Fact['name'], value: unknown): void {
    const digest = createHash('sha256').update(canonicalJson(value)).digest('base64url');
    if (this.reported.get(name) === digest || this.stopped) return;
    this.reported.set(name, digest);
    this.options.report({ name, digest, value });
  }
}
