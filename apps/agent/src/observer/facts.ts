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
  serial: (client) => client.model.serialJson(),
  connections: async (client) => {
    const { established, undesired } = await client.connections.list({ select: 'all' });
    return { established, undesired };
  },
  services: (client) => client.apps.list({ select: 'service' }),
  warnings: (client) => client.warnings.list({ select: 'all' }),
};

type FactName = Fact['name'];

const ALL = [...(Object.keys(readers) as (keyof typeof readers)[]), 'host'] as const;

/** Reads what raises no notice and reports what is another than it was. */
export class Facts {
  private readonly reported = new Map<FactName, string>();
  private readonly said = new Map<FactName, string>();
  private wanted = new Set<FactName>();
  /** When the newest warning came that was read of, as snapd writes it. */
  private warnedAt: string | undefined;
  private cancel: (() => void) | undefined;
  private stopped = false;

  constructor(private readonly options: FactsOptions) {}

  /** Reads these facts soon, or all. */
  refresh(names: readonly FactName[] = ALL): void {
    for (const name of names) this.wanted.add(name);
    if (this.cancel || this.stopped || this.wanted.size === 0) return;
    this.cancel = this.options.clock.after(this.options.gatherMs, () => {
      this.cancel = undefined;
      void this.readWanted();
    });
  }

  /** An answer of snapd said when its newest warning came: reads them when it is another one. */
  warned(at: string | undefined): void {
    if (at === undefined || at === this.warnedAt) return;
    this.warnedAt = at;
    this.refresh(['warnings']);
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  private async readWanted(): Promise<void> {
    const { wanted } = this;
    this.wanted = new Set();
    for (const name of ALL) {
      if (this.stopped) return;
      if (wanted.has(name)) await (name === 'host' ? this.readHost() : this.read(name));
    }
  }

  private async read(name: keyof typeof readers): Promise<void> {
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
    // Most readings find what was there: said in the same order it needs no canonical form, which takes many times as long.
    const said = sha256(JSON.stringify(value));
    if (this.said.get(name) === said || this.stopped) return;
    this.said.set(name, said);
    const digest = sha256(canonicalJson(value));
    if (this.reported.get(name) === digest) return;
    this.reported.set(name, digest);
    this.options.report({ name, digest, value });
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');
