import type { ReportFormat } from '@corefleet/contracts/http';
import type { Report } from '../report';
import { csvOf } from './csv';
import { htmlOf } from './html';
import { jsonOf } from './json';

/** A form that reports are written in. */
export interface ReportWriter {
  readonly contentType: string;
  /** The text, piece by piece: as much is in memory as one page takes. */
  write(report: Report): AsyncGenerator<string>;
}

export const WRITERS: Readonly<Record<ReportFormat, ReportWriter>> = {
  json: { contentType: 'application/json; charset=utf-8', write: jsonOf },
  csv: { contentType: 'text/csv; charset=utf-8; header=present', write: csvOf },
  html: { contentType: 'text/html; charset=utf-8', write: htmlOf },
};

/** `compliance-2026-05-03.csv` */
export const fileNameOf = ({ kind, asOf }: Pick<Report, 'kind' | 'asOf'>, format: ReportFormat): string =>
  `${kind}-${asOf.toISOString().slice(0, 10)}.${format}`;
