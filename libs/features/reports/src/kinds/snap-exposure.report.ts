import { Injectable } from '@nestjs/common';
import type { ExposureParameters } from '@corefleet/contracts/http';
import { DeviceFilters } from '@corefleet/features/devices';
import type { Snapshot } from '@corefleet/platform/database';
import { mapPages, PAGE_ROWS, type Column, type ReportBody, type ReportMaker, type Row, type When } from '../report';
import { DEVICE_COLUMNS, DEVICE_ID } from './device-columns';
import { countRevisions, countTold, selectExposed, type ExposedRow, type RevisionCount } from './exposure-rows';

const WORDS = {
  below: 'below',
  'at-most': 'at most',
  at: 'at',
  not: 'other than',
  'at-least': 'at least',
  above: 'above',
} as const;

const COLUMNS: readonly Column[] = [
  ...DEVICE_COLUMNS,
  { name: 'site', title: 'Site' },
  { name: 'revision', title: 'Revision', kind: 'number' },
  { name: 'version', title: 'Version' },
  { name: 'channel', title: 'Channel' },
  { name: 'active', title: 'Active' },
  { name: 'heldUntil', title: 'Held until' },
  { name: 'since', title: 'Since' },
  { name: 'lastSeenAt', title: 'Last heard from' },
  DEVICE_ID,
];

/** Who runs a snap, or still runs it below a revision. */
@Injectable()
export class SnapExposureReport implements ReportMaker<ExposureParameters> {
  readonly kind = 'snap-exposure';
  readonly title = 'Exposure of a snap';
  readonly about = 'Which devices have a snap, or have it at revisions or versions in question';
  readonly asOf = true;
  readonly role = 'viewer';

  constructor(private readonly filters: DeviceFilters) {}

  async make(snapshot: Snapshot, { filter, ...asked }: ExposureParameters, { asOf }: When): Promise<ReportBody> {
    const selection = { condition: await this.filters.condition(filter ?? ''), asOf };
    const revisions = await snapshot.query<RevisionCount>(countRevisions(asked, selection));
    const [told] = await snapshot.query<{ devices: number; told: number }>(countTold(selection));
    const { devices, told: telling } = told ?? { devices: 0, told: 0 };
    const total = (of: readonly RevisionCount[]): number => of.reduce((sum, each) => sum + each.devices, 0);
    const exposed = total(revisions.filter((each) => each.exposed === true));
    const unclear = total(revisions.filter((each) => each.exposed === null));
    const isAll = asked.comparison === undefined;
    return {
      title: titleOf(asked),
      notes: [
        'Of each device the revision it runs is meant, and of a disabled snap the one that was installed last.',
        ...(unclear > 0
          ? [
              'Revisions from files, such as x1, have no place among those of a store: they are counted, and listed under no comparison.',
            ]
          : []),
      ],
      figures: [
        { name: 'devices', title: 'devices', value: devices },
        {
          name: 'exposed',
          title: isAll ? 'have it' : 'exposed',
          value: exposed,
          tone: isAll ? 'plain' : 'bad',
          share: true,
        },
        ...(isAll
          ? []
          : [
              {
                name: 'others',
                title: 'have it otherwise',
                value: total(revisions) - exposed - unclear,
                tone: 'good',
                share: true,
              } as const,
            ]),
        ...(isAll
          ? []
          : [{ name: 'unclear', title: 'cannot be compared', value: unclear, tone: 'warn', share: true } as const]),
        {
          name: 'without',
          title: 'do not have it',
          value: Math.max(0, telling - total(revisions)),
          tone: isAll ? 'quiet' : 'good',
          share: true,
        },
        { name: 'unknown', title: 'have not told', value: devices - telling, tone: 'quiet', share: true },
      ],
      charts: [
        {
          ...{ kind: 'bars', title: 'Devices by revision' },
          bars: revisions.map((each) => ({
            label: each.version === null ? each.revision : `${each.revision} (${each.version})`,
            value: each.devices,
            tone: isAll ? 'plain' : each.exposed === null ? 'warn' : each.exposed ? 'bad' : 'good',
          })),
        },
      ],
      tables: [
        {
          ...{ name: 'revisions', title: 'Revisions' },
          columns: [
            { name: 'revision', title: 'Revision' },
            { name: 'version', title: 'Version' },
            { name: 'exposed', title: isAll ? 'Meant' : 'Exposed' },
            { name: 'devices', title: 'Devices', kind: 'number' },
          ],
          rows: revisions.map(({ revision, version, exposed: is, devices: count }) => ({
            ...{ revision, version, exposed: is, devices: count },
          })),
        },
      ],
      rowsTitle: isAll ? 'Devices that have it' : 'Devices that are exposed',
      columns: COLUMNS,
      pages: mapPages(snapshot.pages<ExposedRow>(selectExposed(asked, selection), PAGE_ROWS), (row): Row => ({
        ...row,
      })),
    };
  }
}

function titleOf({ snap, comparison, revision, version }: Omit<ExposureParameters, 'filter'>): string {
  if (comparison === undefined) return `Who has ${snap}`;
  const bound = revision === undefined ? `version ${version ?? ''}` : `revision ${revision}`;
  return `Who has ${snap} ${WORDS[comparison]} ${bound}`;
}
