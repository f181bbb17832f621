import type { ReportKind } from '@corefleet/contracts/http';
import type { Role } from '@corefleet/features/access';
import type { Snapshot } from '@corefleet/platform/database';

/** What stands in one place of a row. A list is several texts, such as reasons. */
export type Cell = string | number | boolean | Date | null | readonly string[];
export type Row = Readonly<Record<string, Cell>>;

/** How something is shown: by colour besides its words, never by colour alone. */
export type Tone = 'good' | 'bad' | 'warn' | 'quiet' | 'plain';

export interface Column {
  /** Its member in rows and JSON, its head in CSV. */
  readonly name: string;
  /** Its head for people. */
  readonly title: string;
  /** How a page shows it, where that is not as a text. */
  readonly kind?: 'number' | 'id';
  /** Of a column whose words are states: how each is shown. */
  readonly tones?: Readonly<Record<string, Tone>>;
}

/** A small table of the summary. */
export interface Table {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** A number that the summary begins with. */
export interface Figure {
  readonly name: string;
  readonly title: string;
  readonly value: number;
  readonly tone?: Tone;
  /** It is a part of the first figure. */
  readonly share?: boolean;
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly tone: Tone;
}

/** `parts`: shares of one whole, in one bar; `bars`: one beside the other. */
export interface Chart {
  readonly kind: 'parts' | 'bars';
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** What a kind of report makes of its parameters: a summary, and rows that are read while they are sent. */
export interface ReportBody {
  /** Names what it is about: `Compliance with acme/base=14`. */
  readonly title: string;
  /** What a reader has to know of how it was made, each a sentence. */
  readonly notes: readonly string[];
  readonly figures: readonly Figure[];
  readonly charts: readonly Chart[];
  readonly tables: readonly Table[];
  /** Of the rows, for people. */
  readonly rowsTitle: string;
  readonly columns: readonly Column[];
  readonly pages: AsyncIterable<readonly Row[]>;
}

/** The moments of a report. */
export interface When {
  /** When it is made. */
  readonly now: Date;
  /** The moment it tells of, where that is past. */
  readonly asOf: Date | undefined;
}

/** A kind of report. */
export interface ReportMaker<Parameters = unknown> {
  readonly kind: ReportKind;
  readonly title: string;
  readonly about: string;
  /** Whether it can tell of a moment that is past. */
  readonly asOf: boolean;
  /** Who may have it. */
  readonly role: Role;
  /**
   * Makes the summary and begins with the rows, all of the one moment of the snapshot, which stays open until the rows are read.
   * @throws NotFoundError, FilterError, InvalidRequestError for parameters that mean nothing
   */
  make(snapshot: Snapshot, parameters: Parameters, when: When): Promise<ReportBody>;
}

/** A report that is being made: to be written by one of the writers, and closed by who opened it. */
export interface Report extends ReportBody {
  readonly kind: ReportKind;
  /** Of the kind. */
  readonly kindTitle: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly asOf: Date;
  readonly generatedAt: Date;
}

/** Rows that are read at a time: what a report holds in memory, with what its reader has not taken yet. */
export const PAGE_ROWS = 250;

/** Rows, each made to a row of a report. */
export async function* mapPages<From, To>(
  pages: AsyncIterable<readonly From[]>,
  map: (from: From) => To,
): AsyncGenerator<To[]> {
  for await (const page of pages) yield page.map(map);
}
