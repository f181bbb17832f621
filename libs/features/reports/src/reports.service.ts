import { Inject, Injectable } from '@nestjs/common';
import type { ReportKind } from '@corefleet/contracts/http';
import { HistoryReadModel } from '@corefleet/features/inventory';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Snapshot } from '@corefleet/platform/database';
import { FleetError, InvalidRequestError } from '@corefleet/platform/errors';
import type { Report, ReportMaker, Row, When } from './report';
import { ReportLimit } from './report-limit';

export const REPORT_MAKERS = Symbol('REPORT_MAKERS');

/** What is asked for, its parameters as its kind's schema has read them. */
export interface ReportRequest {
  readonly kind: ReportKind;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** ISO 8601; now when absent. */
  readonly asOf?: string | undefined;
}

/** A report that holds a connection until it is closed. */
export interface OpenReport extends Report {
  /** To be called when not all rows were read and no signal has aborted. May be called again. */
  close(): Promise<void>;
}

/** Whoever asked has gone before the answer began. */
export class ReaderGoneError extends FleetError {
  readonly code = 'reader-gone';
}

/** How long a reader may take nothing of a report: as long as the connection is kept, and a little more. */
export const READER_SILENT_MS = 120_000;
const IDLE_MS = READER_SILENT_MS + 30_000;

/** Makes reports, each of one moment of the database, with as much in memory as a page takes. */
@Injectable()
export class ReportsService {
  private readonly limit = new ReportLimit();
  private readonly makers: ReadonlyMap<ReportKind, ReportMaker>;

  constructor(
    private readonly database: Database,
    private readonly history: HistoryReadModel,
    private readonly clock: Clock,
    @Inject(REPORT_MAKERS) makers: readonly ReportMaker[],
  ) {
    this.makers = new Map(makers.map((maker) => [maker.kind, maker]));
  }

  kinds(): readonly ReportMaker[] {
    return [...this.makers.values()];
  }

  /** Of a kind that is known. */
  makerOf(kind: ReportKind): ReportMaker {
    const maker = this.makers.get(kind);
    if (!maker) throw new Error(`cannot make a report: kind "${kind}" is not registered`);
    return maker;
  }

  /**
   * Makes the summary. The rows are read while they are asked for. What the report holds is given back when they were read to
   * their end, when the signal aborts, or when it is closed.
   * @param signal aborts when nobody wants it any more: the statement that is running is cancelled then
   * @throws InvalidRequestError, FilterError, NotFoundError for what it cannot be made of; TooManyReportsError; ReaderGoneError
   */
  async open(request: ReportRequest, signal: AbortSignal): Promise<OpenReport> {
    const maker = this.makerOf(request.kind);
    const when = await this.whenOf(maker, request.asOf);
    this.limit.take();
    const held = new Held(this.limit);
    try {
      const snapshot = held.keep(await this.database.snapshot(signal, IDLE_MS));
      const body = await maker.make(snapshot, request.parameters, when);
      signal.throwIfAborted();
      signal.addEventListener('abort', () => void held.giveBack(), { once: true });
      return {
        ...{ ...body, kind: maker.kind, kindTitle: maker.title, parameters: request.parameters },
        ...{ asOf: when.asOf ?? when.now, generatedAt: when.now },
        pages: held.until(body.pages),
        close: held.giveBack,
      };
    } catch (error) {
      await held.giveBack();
      if (signal.aborted) throw new ReaderGoneError('cannot answer: who asked has gone', { cause: error });
      throw error;
    }
  }

  private async whenOf(maker: ReportMaker, asOf: string | undefined): Promise<When> {
    const now = this.clock.now();
    if (asOf === undefined) return { now, asOf: undefined };
    if (!maker.asOf) throw ofNowAlone(maker);
    const moment = new Date(asOf);
    await this.history.checkAsOf(moment);
    return { now, asOf: moment };
  }
}

/** What a report holds while it is open. */
class Held {
  private snapshot: Snapshot | undefined;
  private given: Promise<void> | undefined;

  constructor(private readonly limit: ReportLimit) {}

  keep(snapshot: Snapshot): Snapshot {
    this.snapshot = snapshot;
    return snapshot;
  }

  async *until(pages: AsyncIterable<readonly Row[]>): AsyncGenerator<readonly Row[]> {
    try {
      yield* pages;
    } finally {
      await this.giveBack();
    }
  }

  /** Once, however often it is asked. */
  readonly giveBack = (): Promise<void> => (this.given ??= this.end());

  private async end(): Promise<void> {
    this.limit.release();
    await this.snapshot?.close();
  }
}

function ofNowAlone({ title }: ReportMaker): InvalidRequestError {
  const message = 'cannot be given: this report is of now alone';
  return new InvalidRequestError(`cannot make the report "${title}": asOf ${message}`, [{ field: 'asOf', message }]);
}
