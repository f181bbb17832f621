import { Injectable } from '@nestjs/common';
import { DeviceFilters } from '@corefleet/features/devices';
import { Clock } from '@corefleet/platform/clock';
import { Database } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import type { InstalledSnap, ValidationSet } from '@corefleet/validation-set-rules';
import { readSnaps } from '../planning/read-facts';
import { nameOfSequence, nameOfSet, type SetKey } from '../set-view';
import { ValidationSetsReadModel } from '../validation-sets.read-model';
import {
  COMPLIANCE_STATES,
  countDevices,
  selectDevices,
  selectSets,
  type ComplianceRow,
  type ComplianceSelection,
  type ComplianceState,
} from './compliance-rows';
import { driftWords, type Drift } from './drift';
import { reasonsOf, type Reason } from './reasons';

/** How one device stands to one set. */
export interface DeviceSetView extends SetKey {
  readonly state: ComplianceState;
  /** Since when it is known to be so, at the latest; of an unknown one, when it was last heard from. */
  readonly since: Date | null;
  readonly mode: string | null;
  readonly sequence: number | null;
  readonly pinnedAt: number | null;
  /** Why it is invalid. */
  readonly reasons: Reason[];
  readonly drift: Drift | null;
}

export interface DeviceCompliance extends DeviceSetView {
  readonly deviceId: string;
  readonly brandId: string;
  readonly model: string;
  readonly serial: string;
}

export type Counts = Readonly<Record<ComplianceState | 'devices' | 'drifted', number>>;

export interface SequenceCount {
  readonly sequence: number;
  readonly devices: number;
}

export interface Compliance extends SetKey {
  /** The sequence that was asked for; null: whichever each device tracks. */
  readonly asked: number | null;
  /** Of all devices that the filter means, with the first page alone: counting looks at every device. */
  readonly counts?: Counts;
  /** Devices by the sequence they track, newest first; likewise. */
  readonly sequences?: SequenceCount[];
  readonly items: DeviceCompliance[];
  readonly next?: string;
}

export interface ComplianceQuery extends Omit<ComplianceSelection, 'condition'> {
  readonly filter?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Devices at one sequence, drifted or not, by state. */
interface Count extends Readonly<Record<ComplianceState, number>> {
  readonly sequence: number | null;
  readonly drifted: boolean;
}

/** How devices stand to validation sets, by what they last said. */
@Injectable()
export class ComplianceReadModel {
  constructor(
    private readonly database: Database,
    private readonly filters: DeviceFilters,
    private readonly sets: ValidationSetsReadModel,
    private readonly clock: Clock,
  ) {}

  /**
   * Enrolled devices by id, and how many stand how.
   * @param query.cursor id of the last device of the page before
   * @throws FilterError; on the first page NotFoundError for a set that is neither imported nor tracked, or a sequence that is not imported
   */
  async ofSet(set: SetKey, { filter, cursor, limit, ...asked }: ComplianceQuery): Promise<Compliance> {
    const selection = { ...asked, condition: await this.filters.condition(filter ?? '') };
    const now = this.clock.now();
    const totals = cursor === undefined ? await this.totals(set, selection, now) : {};
    const page = { now, after: cursor, limit: limit + 1 };
    const rows = await this.database.query<ComplianceRow>(selectDevices(set, selection, page));
    const items = await this.views(rows.slice(0, limit), asked.sequence ?? null);
    const last = items.at(-1);
    return {
      ...{ ...set, asked: asked.sequence ?? null, ...totals, items },
      ...(rows.length > limit && last && { next: last.deviceId }),
    };
  }

  /** The sets that a device tracks, and those it was told to. @throws NotFoundError */
  async ofDevice(deviceId: string): Promise<DeviceSetView[]> {
    const device = await this.database.prisma.device.findUnique({ where: { id: deviceId }, select: { id: true } });
    if (!device) throw new NotFoundError('device', deviceId);
    const rows = await this.database.query<ComplianceRow>(selectSets(deviceId, this.clock.now()));
    const views = await this.views(rows, null);
    return views.map(({ accountId, name, state, since, mode, sequence, pinnedAt, reasons, drift }) => ({
      ...{ accountId, name, state, since, mode, sequence, pinnedAt, reasons, drift },
    }));
  }

  private async totals(
    set: SetKey,
    selection: ComplianceSelection,
    now: Date,
  ): Promise<Pick<Compliance, 'counts' | 'sequences'>> {
    const counted = await this.database.query<Count>(countDevices(set, selection, now));
    await this.requireKnown(set, selection.sequence, counted);
    return { counts: countsOf(counted), sequences: sequencesOf(counted) };
  }

  private async requireKnown(set: SetKey, sequence: number | undefined, counted: readonly Count[]): Promise<void> {
    if (sequence !== undefined) {
      const key = { ...set, sequence };
      if ((await this.sets.contents([key])).length === 0)
        throw new NotFoundError('validation set', nameOfSequence(key));
      return;
    }
    if (counted.some(({ valid, invalid }) => valid + invalid > 0)) return;
    if (!(await this.sets.isImported(set))) throw new NotFoundError('validation set', nameOfSet(set));
  }

  private async views(rows: readonly ComplianceRow[], asked: number | null): Promise<DeviceCompliance[]> {
    const invalid = rows.filter(({ state }) => state === 'invalid');
    const [contents, installed] = await Promise.all([this.contents(invalid, asked), this.installed(invalid)]);
    return rows.map((row) => {
      const { accountId, name, deviceId, enrolmentId, brandId, model, serial, state, since } = row;
      const { mode, sequence, pinnedAt } = row;
      const content = contents.get(nameOfSequence({ accountId, name, sequence: asked ?? sequence ?? 0 }));
      const judged = { sequence, asked, content, installed: installed.get(enrolmentId) };
      return {
        ...{ accountId, name, deviceId, brandId, model, serial, state, since, mode, sequence, pinnedAt },
        reasons: state === 'invalid' ? reasonsOf(judged) : [],
        drift: driftOf(row),
      };
    });
  }

  /** What the sequences say that devices are held against, by `account/name=sequence`. */
  private async contents(rows: readonly ComplianceRow[], asked: number | null): Promise<Map<string, ValidationSet>> {
    const keys = rows.flatMap(({ accountId, name, sequence }) => {
      const wanted = asked ?? sequence;
      return wanted === null ? [] : [{ accountId, name, sequence: wanted }];
    });
    const named = new Map(keys.map((key) => [nameOfSequence(key), key]));
    const contents = await this.sets.contents([...named.values()]);
    return new Map(contents.map((set) => [nameOfSequence(set), set]));
  }

  /** Snaps of the enrolments that have told them. */
  private async installed(rows: readonly ComplianceRow[]): Promise<Map<string, readonly InstalledSnap[]>> {
    const facts = await this.database.rows<{ enrolmentId: string; value: unknown }>(
      'snaps-of-enrolments',
      `SELECT enrolment_id AS "enrolmentId", value FROM device_facts WHERE name = 'snaps' AND enrolment_id = ANY ($1::uuid[])`,
      [rows.map(({ enrolmentId }) => enrolmentId)],
    );
    return new Map(
      facts.flatMap(({ enrolmentId, value }) => {
        const snaps = readSnaps(value);
        return snaps ? [[enrolmentId, snaps]] : [];
      }),
    );
  }
}

function driftOf(row: ComplianceRow): Drift | null {
  const { driftedSince, commandId, rolloutId } = row;
  if (driftedSince === null || commandId === null) return null;
  const left = { mode: row.leftMode, pinnedAt: row.leftPinnedAt };
  const shows = { mode: row.mode, pinnedAt: row.pinnedAt };
  return { since: driftedSince, left, shows, commandId, rolloutId, words: driftWords(left, shows) };
}

function countsOf(counted: readonly Count[]): Counts {
  const sum = (of: readonly Count[], states: readonly ComplianceState[]): number =>
    of.reduce((total, count) => total + states.reduce((part, state) => part + count[state], 0), 0);
  const states = Object.fromEntries(COMPLIANCE_STATES.map((state) => [state, sum(counted, [state])]));
  const drifted = counted.filter((count) => count.drifted);
  const all = { devices: sum(counted, COMPLIANCE_STATES), drifted: sum(drifted, COMPLIANCE_STATES) };
  return { ...(states as Record<ComplianceState, number>), ...all };
}

/** What devices that nobody hears from tracked is not counted: nobody knows. */
function sequencesOf(counted: readonly Count[]): SequenceCount[] {
  const bySequence = new Map<number, number>();
  for (const { sequence, valid, invalid } of counted) {
    if (sequence === null || valid + invalid === 0) continue;
    bySequence.set(sequence, (bySequence.get(sequence) ?? 0) + valid + invalid);
  }
  const all = [...bySequence].map(([sequence, devices]) => ({ sequence, devices }));
  return all.sort((a, b) => b.sequence - a.sequence);
}
