import { Injectable } from '@nestjs/common';
import type { RolloutReportParameters } from '@corefleet/contracts/http';
import { DeviceFilters } from '@corefleet/features/devices';
import type { Snapshot } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { PAGE_ROWS, type Column, type ReportBody, type ReportMaker, type Row, type Table } from '../report';
import { DEVICE_COLUMNS, DEVICE_ID } from './device-columns';
import { OUTCOMES, OUTCOME_TONES, outcomesOf, STATE_TONES, type Outcomes } from './rollout-outcomes';
import {
  countCauses,
  countTargets,
  selectApprovals,
  selectRollout,
  selectTargets,
  selectTimeline,
  selectWaves,
  type RolloutFacts,
  type TargetCount,
} from './rollout-rows';

interface WaveRow {
  readonly number: number;
  readonly status: string;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

const COLUMNS: readonly Column[] = [
  ...DEVICE_COLUMNS,
  { name: 'site', title: 'Site' },
  { name: 'wave', title: 'Wave', kind: 'number' },
  { name: 'state', title: 'State', tones: STATE_TONES },
  { name: 'phase', title: 'Phase' },
  { name: 'cause', title: 'Cause' },
  { name: 'message', title: 'Message' },
  { name: 'late', title: 'Heard late' },
  { name: 'attempt', title: 'Attempt', kind: 'number' },
  { name: 'offeredAt', title: 'Offered' },
  { name: 'finishedAt', title: 'Finished' },
  DEVICE_ID,
];

/** What became of a rollout. */
@Injectable()
export class RolloutReport implements ReportMaker<RolloutReportParameters> {
  readonly kind = 'rollout';
  readonly title = 'Rollout';
  readonly about = 'What became of a rollout: result of each wave, failures by cause, approvals, timeline and devices';
  readonly asOf = false;
  readonly role = 'viewer';

  constructor(private readonly filters: DeviceFilters) {}

  async make(snapshot: Snapshot, { rollout: id, filter }: RolloutReportParameters): Promise<ReportBody> {
    const condition = await this.filters.condition(filter ?? '');
    const [rollout] = await snapshot.query<RolloutFacts>(selectRollout(id));
    if (!rollout) throw new NotFoundError('rollout', id);
    const counted = await snapshot.query<TargetCount>(countTargets(id, condition));
    const waves = await snapshot.query<WaveRow>(selectWaves(id));
    const all = outcomesOf(counted);
    return {
      title: `Rollout "${rollout.name}"`,
      notes: notesOf(rollout),
      figures: [
        { name: 'devices', title: 'devices', value: all.devices },
        ...OUTCOMES.map((outcome) => ({
          ...{ name: outcome, title: outcome, value: all[outcome] },
          ...{ tone: OUTCOME_TONES[outcome], share: true },
        })),
      ],
      charts: [
        {
          ...{ kind: 'parts', title: 'Devices by result' },
          bars: OUTCOMES.map((outcome) => ({ label: outcome, value: all[outcome], tone: OUTCOME_TONES[outcome] })),
        },
      ],
      tables: [
        wavesTable(waves, counted),
        causesTable(await snapshot.query<CauseRow>(countCauses(id, condition))),
        approvalsTable(await snapshot.query<ApprovalRow>(selectApprovals(id))),
        timelineTable(await snapshot.query<EntryRow>(selectTimeline(id))),
      ],
      rowsTitle: 'Devices',
      columns: COLUMNS,
      pages: snapshot.pages<TargetRow>(selectTargets(id, condition), PAGE_ROWS),
    };
  }
}

type TargetRow = Record<string, string | number | Date | null>;
type CauseRow = Record<'state' | 'cause' | 'message' | 'example', string | null> & { readonly devices: number };
type ApprovalRow = Record<'person' | 'decision' | 'remark', string | null> & { at: Date; ofThisPlan: boolean };
type EntryRow = Record<'actor' | 'action' | 'outcome' | 'remark', string | null> & { readonly at: Date };

function notesOf({ status, reason, filter, createdBy, createdAt, acceptedFailures, ...rest }: RolloutFacts): string[] {
  const begun = rest.startedAt ? `began ${rest.startedAt.toISOString()}` : 'has not begun';
  const ended = rest.finishedAt ? `, ended ${rest.finishedAt.toISOString()}` : '';
  return [
    `It is ${status}${reason === null ? '' : `: ${reason}`}.`,
    `Made by ${createdBy} at ${createdAt.toISOString()} for the devices of the filter "${filter}"; it ${begun}${ended}.`,
    ...(acceptedFailures > 0 ? [`A person has accepted ${acceptedFailures} failures.`] : []),
    ...(rest.approvalsNeeded > 0 ? [`It needs ${rest.approvalsNeeded} approvals.`] : []),
  ];
}

const wavesTable = (waves: readonly WaveRow[], counted: readonly TargetCount[]): Table => ({
  ...{ name: 'waves', title: 'Waves' },
  columns: [
    { name: 'wave', title: 'Wave' },
    { name: 'status', title: 'Status' },
    { name: 'devices', title: 'Devices', kind: 'number' },
    ...OUTCOMES.map((name): Column => ({ name, title: name, kind: 'number' })),
    { name: 'startedAt', title: 'Began' },
    { name: 'finishedAt', title: 'Ended' },
  ],
  rows: waves.map(({ number, status, startedAt, finishedAt }): Row => {
    const outcomes: Outcomes = outcomesOf(counted.filter(({ wave }) => wave === number));
    const wave = number === 0 ? 'left out by the plan' : String(number);
    return { wave, status, ...outcomes, startedAt, finishedAt };
  }),
});

const causesTable = (rows: readonly CauseRow[]): Table => ({
  ...{ name: 'causes', title: 'Failures and waits by cause' },
  columns: [
    { name: 'state', title: 'State', tones: STATE_TONES },
    { name: 'cause', title: 'Cause' },
    { name: 'message', title: 'Message' },
    { name: 'devices', title: 'Devices', kind: 'number' },
    { name: 'example', title: 'For example' },
  ],
  rows,
});

const approvalsTable = (rows: readonly ApprovalRow[]): Table => ({
  ...{ name: 'approvals', title: 'Approvals' },
  columns: [
    { name: 'at', title: 'When' },
    { name: 'person', title: 'Who' },
    { name: 'decision', title: 'Decision', tones: { approve: 'good', reject: 'bad' } },
    { name: 'ofThisPlan', title: 'Of this plan' },
    { name: 'remark', title: 'Remark' },
  ],
  rows,
});

const timelineTable = (rows: readonly EntryRow[]): Table => ({
  ...{ name: 'timeline', title: 'Timeline' },
  columns: [
    { name: 'at', title: 'When' },
    { name: 'actor', title: 'Who' },
    { name: 'action', title: 'What' },
    { name: 'outcome', title: 'Outcome', tones: { done: 'plain', refused: 'bad' } },
    { name: 'remark', title: 'Remark' },
  ],
  rows,
});
