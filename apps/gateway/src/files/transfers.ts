import { Injectable } from '@nestjs/common';
import { Bus } from '@corefleet/platform/redis';
import { EnrolmentsRepository } from '../enrolments.repository';
import { GatewayContext } from '../gateway-context';
import { Wheel } from '../wheel';

const SWEEP_MS = 60_000;
/** Files of one device on their way at one time: as many as reads that may be asked of it, and it holds up no other. */
const OF_DEVICE = 8;

interface Transfer {
  readonly enrolmentId: string;
  /** Breaks the connection off. */
  cut(): void;
}

/**
 * Files on their way now: bounded in number, all and of each device, and broken off when their enrolment is revoked. Told by events at once; by a
 * sweep over Postgres every minute where an event was lost.
 */
@Injectable()
export class Transfers {
  private readonly underWay = new Set<Transfer>();
  private unsubscribe: (() => Promise<void>) | undefined;

  constructor(
    private readonly context: GatewayContext,
    private readonly enrolments: EnrolmentsRepository,
    private readonly bus: Bus,
    wheel: Wheel,
  ) {
    wheel.every(SWEEP_MS, 'transfers', () => this.sweep());
  }

  async start(): Promise<void> {
    this.unsubscribe = await this.bus.onEvent('enrolment-revoked', ({ id }) => this.cut(new Set([id])));
  }

  async stop(): Promise<void> {
    await this.unsubscribe?.();
    this.unsubscribe = undefined;
  }

  /** @returns ends the transfer's place, or undefined when there is none */
  begin(transfer: Transfer): (() => void) | undefined {
    const own = [...this.underWay].filter(({ enrolmentId }) => enrolmentId === transfer.enrolmentId);
    if (own.length >= OF_DEVICE || this.underWay.size >= this.context.config.COREFLEET_TRANSFERS) return undefined;
    this.underWay.add(transfer);
    return () => void this.underWay.delete(transfer);
  }

  /** @throws when the database is away */
  async sweep(): Promise<void> {
    const ids = [...new Set([...this.underWay].map(({ enrolmentId }) => enrolmentId))];
    const active = new Set((await this.enrolments.standings(ids)).flatMap((it) => (it.active ? [it.enrolmentId] : [])));
    this.cut(new Set(ids.filter((id) => !active.has(id))));
  }

  private cut(enrolmentIds: ReadonlySet<string>): void {
    for (const transfer of this.underWay) if (enrolmentIds.has(transfer.enrolmentId)) transfer.cut();
  }
}
