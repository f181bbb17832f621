import { createHash } from 'node:crypto';
import {
  canonicalJson,
  differenceOf,
  printOf,
  type Fact,
  type Host,
  type Print,
} from '@corefleet/contracts/device-protocol';
import type { SnapdClient } from '@corefleet/snapd-client';
import type { AgentClock } from '../clock';
import { messageOf, type AgentLogger } from '../logger';
import type { Report, Settled } from '../outbox/outbox';
import type { SnapdWatch } from './snapd-watch';

export interface FactsOptions {
  readonly client: SnapdClient;
  readonly clock: AgentClock;
  readonly watch: SnapdWatch;
  readonly logger: AgentLogger;
  /** How long several wishes are gathered before the facts are read, in milliseconds. */
  readonly gatherMs: number;
  readHost(): Promise<Host>;
  report(fact: Extract<Report, { kind: 'fact' | 'fact-difference' }>, settled: Settled): void;
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

/** One value of a fact; what it is recognised by instead of it, as far as this run of the agent has seen it. */
interface Told {
  readonly digest: string;
  /** Of the value as it was read. */
  readonly read?: string;
  readonly print?: Print;
}

/**
 * Reads what raises no notice and tells what is another than the server has: of a value that the server has as what this
 * agent knows, the difference; otherwise, and when the server cannot apply that, the whole.
 */
export class Facts {
  private readonly kept = new Map<FactName, Told>();
  /** Told, and not yet acknowledged. */
  private readonly told = new Map<FactName, Told>();
  private takesDifferences = false;
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

  /** What the server has of this device, by digest, as it says at each new link. An older one does not say. */
  serverHas(digests: Readonly<Record<string, string>> | undefined): void {
    this.takesDifferences = digests !== undefined;
    if (!digests) return;
    for (const name of ALL) {
      const digest = digests[name];
      if (digest === undefined) this.kept.delete(name);
      else if (this.kept.get(name)?.digest !== digest) this.kept.set(name, { digest });
    }
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

  private tell(name: FactName, value: unknown): void {
    // Most readings find what was there: said in the same order it needs no canonical form, which takes many times as long.
    const read = sha256(JSON.stringify(value));
    const [kept, pending] = [this.kept.get(name), this.told.get(name)];
    const last = pending ?? kept;
    if (last?.read === read || this.stopped) return;
    const now = { digest: sha256(canonicalJson(value)), read, print: printOf(value, short) };
    const { digest } = now;
    if (last?.digest === digest) {
      if (!pending) this.kept.set(name, now);
      return;
    }
    const whole = { kind: 'fact', body: { name, digest, value } } as const;
    const base = this.takesDifferences && !pending ? kept : undefined;
    const smaller =
      base?.print !== undefined && smallerThan(whole, base.digest, differenceOf(base.print, value, short));
    this.told.set(name, now);
    this.options.report(smaller || whole, (outcome) => {
      if (this.told.get(name) !== now) return; // a newer one stands for it
      this.told.delete(name);
      // a whole that was refused would be again
      if (outcome === 'kept' || (outcome === 'refused' && !smaller)) return void this.kept.set(name, now);
      this.kept.delete(name);
      if (outcome === 'refused') this.refresh([name]); // what there was no room for waits for its next reading
    });
  }
}

type Whole = Extract<Report, { kind: 'fact' }>;

/** The difference as a report, where it spares at least half. */
function smallerThan(
  whole: Whole,
  base: string,
  difference: unknown,
): Extract<Report, { kind: 'fact-difference' }> | false {
  const { name, digest, value } = whole.body;
  if (JSON.stringify(difference).length * 2 > JSON.stringify(value).length) return false;
  return { kind: 'fact-difference', body: { name, base, digest, difference } };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');
/** Enough to tell the entries of a list apart; the digest of the whole says whether it was. */
const short = (text: string): string => sha256(text).slice(0, 12);
