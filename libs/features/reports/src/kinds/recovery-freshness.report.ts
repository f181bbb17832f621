import { Injectable } from '@nestjs/common';
import type { RecoveryParameters } from '@corefleet/contracts/http';
import { DeviceFilters } from '@corefleet/features/devices';
import {
  RecoverySystemsReadModel,
  standingOf,
  type AssessedDevice,
  type AssessedSystem,
  type RecoveryState,
} from '@corefleet/features/recovery-systems';
import type { Snapshot } from '@corefleet/platform/database';
import { PAGE_ROWS, type Column, type ReportBody, type ReportMaker, type Row, type Tone, type When } from '../report';
import { DEVICE_ID } from './device-columns';

const TONES: Readonly<Record<RecoveryState, Tone>> = {
  fresh: 'good',
  stale: 'bad',
  unknown: 'quiet',
  none: 'warn',
  silent: 'quiet',
};
const TITLES: Readonly<Record<RecoveryState, string>> = {
  fresh: 'fresh',
  stale: 'stale',
  unknown: 'not known',
  none: 'without any',
  silent: 'not told',
};
const STATES = Object.keys(TONES) as RecoveryState[];
const DAY_MS = 86_400_000;

const COLUMNS: readonly Column[] = [
  { name: 'serial', title: 'Serial' },
  { name: 'model', title: 'Model' },
  { name: 'state', title: 'State', tones: TONES },
  { name: 'distance', title: 'Distance from running' },
  { name: 'behind', title: 'Behind', kind: 'number' },
  { name: 'newest', title: 'Newest' },
  { name: 'newestDays', title: 'Days old', kind: 'number' },
  { name: 'default', title: 'Default' },
  { name: 'defaultDays', title: 'Days old', kind: 'number' },
  { name: 'tested', title: 'Tested' },
  { name: 'testedDays', title: 'Days old', kind: 'number' },
  { name: 'systems', title: 'Systems', kind: 'number' },
  DEVICE_ID,
];

/** How old recovery systems are, and how far from what the devices run. */
@Injectable()
export class RecoveryFreshnessReport implements ReportMaker<RecoveryParameters> {
  readonly kind = 'recovery-freshness';
  readonly title = 'Freshness of recovery systems';
  readonly about = 'What each device would recover to, how old that is, and how far from what it runs';
  readonly asOf = true;
  readonly role = 'viewer';

  constructor(
    private readonly systems: RecoverySystemsReadModel,
    private readonly filters: DeviceFilters,
  ) {}

  /** Looks at the fleet twice, as devices are judged here and not in Postgres: first to count, then for the rows. */
  async make(snapshot: Snapshot, { filter, state }: RecoveryParameters, when: When): Promise<ReportBody> {
    const condition = await this.filters.condition(filter ?? '');
    const devices = () => this.systems.whole(snapshot, condition, { size: PAGE_ROWS, asOf: when.asOf });
    const counts = await count(devices());
    const total = STATES.reduce((sum, each) => sum + counts.states[each], 0);
    return {
      title: 'Freshness of recovery systems',
      notes: [
        'A device would recover to the newest system that Corefleet made, else to its default one, else to the one it was installed from.',
        'Stale: that system was made of other sequences or revisions than the device runs. Not known: nobody kept what it was made of.',
      ],
      figures: [
        { name: 'devices', title: 'devices', value: total },
        ...STATES.map((each) => ({
          ...{ name: each, title: TITLES[each], value: counts.states[each] },
          ...{ tone: TONES[each], share: true },
        })),
        { name: 'untested', title: 'without a tested one', value: counts.untested, tone: 'warn', share: true },
      ],
      charts: [
        {
          ...{ kind: 'parts', title: 'Devices by state' },
          bars: STATES.map((each) => ({ label: TITLES[each], value: counts.states[each], tone: TONES[each] })),
        },
        {
          ...{ kind: 'bars', title: 'Devices by sequences behind' },
          bars: counts.behind.map(([behind, value]) => ({
            ...{ label: behind === 1 ? '1 sequence' : `${behind} sequences`, value },
            tone: behind > 0 ? 'bad' : 'good',
          })),
        },
      ],
      tables: [],
      rowsTitle: state === undefined ? 'Devices' : `Devices that are ${TITLES[state]}`,
      columns: COLUMNS,
      pages: rowsOf(devices(), state, when.asOf ?? when.now),
    };
  }
}

interface Counts {
  readonly states: Record<RecoveryState, number>;
  untested: number;
  behind: [number, number][];
}

async function count(pages: AsyncIterable<AssessedDevice[]>): Promise<Counts> {
  const counts: Counts = { states: { fresh: 0, stale: 0, unknown: 0, none: 0, silent: 0 }, untested: 0, behind: [] };
  const behind = new Map<number, number>();
  for await (const devices of pages) {
    for (const device of devices) {
      const { state, recovery, tested } = standingOf(device);
      counts.states[state] += 1;
      counts.untested += Number(!tested);
      const sequences = recovery?.distance.behind ?? null;
      if (sequences !== null) behind.set(sequences, (behind.get(sequences) ?? 0) + 1);
    }
  }
  counts.behind = [...behind].sort(([a], [b]) => a - b);
  return counts;
}

async function* rowsOf(
  pages: AsyncIterable<AssessedDevice[]>,
  asked: RecoveryState | undefined,
  at: Date,
): AsyncGenerator<Row[]> {
  for await (const devices of pages) {
    const judged = devices.map((device) => ({ device, standing: standingOf(device) }));
    const meant = judged.filter(({ standing }) => asked === undefined || standing.state === asked);
    yield meant.map(({ device, standing: { state, recovery } }): Row => {
      const systems = device.systems ?? [];
      return {
        ...{ serial: device.row.serial, model: device.row.model, state },
        distance: recovery?.distance.words ?? null,
        behind: recovery?.distance.behind ?? null,
        ...named('newest', systems[0], at),
        ...named(
          'default',
          systems.find((system) => system.default),
          at,
        ),
        ...named(
          'tested',
          systems.find(({ tested }) => tested === true),
          at,
        ),
        ...{ systems: systems.length, deviceId: device.row.deviceId },
      };
    });
  }
}

const named = (what: string, system: AssessedSystem | undefined, at: Date): Row => ({
  [what]: system?.label ?? null,
  [`${what}Days`]: system?.madeAt ? Math.max(0, Math.floor((at.getTime() - system.madeAt.getTime()) / DAY_MS)) : null,
});
