import type { PlanDownloadQuery } from '@corefleet/contracts/http';
import type { PlannedDeviceView } from '@corefleet/features/rollouts';

type Format = PlanDownloadQuery['format'];

export const PLAN_TYPE: Readonly<Record<Format, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
};

const CSV_HEAD = ['deviceId', 'serial', 'wave', 'verdict', 'actions', 'blockers', 'warnings'];

/** The text of a plan's download, page by page: as much is in memory as one page takes. */
export async function* planLines(format: Format, pages: AsyncIterable<PlannedDeviceView[]>): AsyncGenerator<string> {
  const line = format === 'csv' ? csvLine : ndjsonLine;
  if (format === 'csv') yield csvOf(CSV_HEAD);
  for await (const devices of pages) {
    const text = devices.map(line).join('');
    if (text !== '') yield text;
  }
}

const ndjsonLine = (device: PlannedDeviceView): string => `${JSON.stringify(device)}\n`;

function csvLine({ deviceId, serial, wave, plan }: PlannedDeviceView): string {
  const actions = plan.actions.map((action) => Object.values(action).map(inWords).join(' '));
  const notes = [plan.blockers, plan.warnings].map((of) => of.map(({ cause, message }) => `${cause}: ${message}`));
  const cells = [actions, ...notes].map((lines) => lines.join('; '));
  return csvOf([deviceId, serial, String(wave), plan.verdict, ...cells]);
}

const inWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** RFC 4180: what holds a comma, a quote or a line break is quoted. */
const csvOf = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
