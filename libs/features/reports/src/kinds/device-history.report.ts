import { Injectable } from '@nestjs/common';
import type { HistoryParameters } from '@corefleet/contracts/http';
import type { Snapshot } from '@corefleet/platform/database';
import { InvalidRequestError, NotFoundError } from '@corefleet/platform/errors';
import { PAGE_ROWS, type Column, type ReportBody, type ReportMaker, type Row, type Tone, type When } from '../report';
import { countHistory, KINDS_OF_HISTORY, selectHistory } from './history-rows';

const TONES: Readonly<Record<string, Tone>> = {
  ...{ Done: 'good', succeeded: 'good', done: 'plain', Error: 'bad', failed: 'bad', refused: 'bad', lost: 'bad' },
  ...{ 'timed-out': 'bad', rejected: 'bad', unknown: 'warn', Undone: 'warn', Hold: 'warn' },
};

const COLUMNS: readonly Column[] = [
  { name: 'at', title: 'When' },
  { name: 'kind', title: 'What' },
  { name: 'summary', title: 'Summary' },
  { name: 'outcome', title: 'Outcome', tones: TONES },
  { name: 'who', title: 'Who' },
  { name: 'detail', title: 'Detail' },
  { name: 'rollout', title: 'Rollout' },
  { name: 'reference', title: 'Reference', kind: 'id' },
];

/** All that was done to a device, in the order of time. */
@Injectable()
export class DeviceHistoryReport implements ReportMaker<HistoryParameters> {
  readonly kind = 'device-history';
  readonly title = 'Change history of a device';
  readonly about = 'All that happened to a device in the order of time: snaps, changes, commands, rollouts and people';
  readonly asOf = false;
  readonly role = 'viewer';

  async make(snapshot: Snapshot, { device: id, from, to }: HistoryParameters, { now }: When): Promise<ReportBody> {
    const span = { from: from === undefined ? new Date(0) : new Date(from), to: to === undefined ? now : new Date(to) };
    if (span.from >= span.to) throw emptySpan();
    const [device] = await snapshot.rows<{ serial: string; brandId: string; model: string }>(
      'report-device',
      'SELECT serial, brand_id AS "brandId", model FROM devices WHERE id = $1',
      [id],
    );
    if (!device) throw new NotFoundError('device', id);
    const counts = await snapshot.query<{ kind: string; count: number }>(countHistory(id, span));
    const countOf = (kind: string): number => counts.find((each) => each.kind === kind)?.count ?? 0;
    return {
      title: `History of ${device.brandId} ${device.model} ${device.serial}`,
      notes: [
        'Changes are told at the time of the device, everything else at the time of the server.',
        'A snap is told when Corefleet first heard that it was so.',
      ],
      figures: KINDS_OF_HISTORY.map((kind) => ({ name: kind, title: `of ${kind}`, value: countOf(kind) })),
      charts: [],
      tables: [],
      rowsTitle: 'What happened',
      columns: COLUMNS,
      pages: snapshot.pages<Row>(selectHistory(id, span), PAGE_ROWS),
    };
  }
}

const emptySpan = (): InvalidRequestError => {
  const message = 'must be later than from';
  return new InvalidRequestError(`cannot make the history: to ${message}`, [{ field: 'to', message }]);
};
