import { Injectable } from '@nestjs/common';
import { DeviceFilters } from '@corefleet/features/devices';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Reader, type Snapshot } from '@corefleet/platform/database';
import { NotFoundError } from '@corefleet/platform/errors';
import { nameOfSequence, nameOfSet, type SetKey } from '../set-view';
import { ValidationSetsReadModel } from '../validation-sets.read-model';
import { countsOf, sequencesOf, type Count, type Counts, type SequenceCount } from './compliance-counts';
import {
  countDevices,
  selectDevices,
  selectSets,
  type ComplianceMoment,
  type ComplianceRow,
  type ComplianceSelection,
} from './compliance-rows';
import { KnownContents } from './known-contents';
import { complianceViews, type DeviceCompliance, type DeviceSetView, type ReadFrom } from './compliance-view';

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

export interface ComplianceAsked extends Omit<ComplianceSelection, 'condition'> {
  readonly filter?: string | undefined;
}

export interface ComplianceQuery extends ComplianceAsked {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** All devices and one set, at one moment. */
export interface WholeCompliance {
  readonly counts: Counts;
  readonly sequences: SequenceCount[];
  readonly pages: AsyncIterable<DeviceCompliance[]>;
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
    const totals = cursor === undefined ? await this.totals(this.database, set, selection, { now }) : {};
    const page = { now, after: cursor, limit: limit + 1 };
    const rows = await this.database.query<ComplianceRow>(selectDevices(set, selection, page));
    const items = await this.views({ reader: this.database }, rows.slice(0, limit), asked.sequence ?? null);
    const last = items.at(-1);
    return {
      ...{ ...set, asked: asked.sequence ?? null, ...totals, items },
      ...(rows.length > limit && last && { next: last.deviceId }),
    };
  }

  /**
   * The same of all devices, as the snapshot has them, `size` at a time.
   * @throws as `ofSet`
   */
  async whole(
    snapshot: Snapshot,
    set: SetKey,
    { filter, ...asked }: ComplianceAsked,
    { size, ...moment }: ComplianceMoment & { readonly size: number },
  ): Promise<WholeCompliance> {
    const selection = { ...asked, condition: await this.filters.condition(filter ?? '') };
    const totals = await this.totals(snapshot, set, selection, moment);
    const rows = snapshot.pages<ComplianceRow>(selectDevices(set, selection, moment), size);
    return { ...totals, pages: this.viewsOf({ reader: snapshot, asOf: moment.asOf }, rows, asked.sequence ?? null) };
  }

  /** The sets that a device tracks, and those it was told to. @throws NotFoundError */
  async ofDevice(deviceId: string): Promise<DeviceSetView[]> {
    const device = await this.database.prisma.device.findUnique({ where: { id: deviceId }, select: { id: true } });
    if (!device) throw new NotFoundError('device', deviceId);
    const rows = await this.database.query<ComplianceRow>(selectSets(deviceId, this.clock.now()));
    const views = await this.views({ reader: this.database }, rows, null);
    return views.map(({ accountId, name, state, since, mode, sequence, pinnedAt, reasons, drift }) => ({
      ...{ accountId, name, state, since, mode, sequence, pinnedAt, reasons, drift },
    }));
  }

  private async totals(
    reader: Reader,
    set: SetKey,
    selection: ComplianceSelection,
    moment: ComplianceMoment,
  ): Promise<{ counts: Counts; sequences: SequenceCount[] }> {
    const counted = await reader.query<Count>(countDevices(set, selection, moment));
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

  private async *viewsOf(
    from: ReadFrom,
    pages: AsyncIterable<ComplianceRow[]>,
    asked: number | null,
  ): AsyncGenerator<DeviceCompliance[]> {
    const contents = new KnownContents((keys) => this.sets.contents(keys));
    for await (const rows of pages)
      yield await complianceViews({ ...from, contents: (keys) => contents.of(keys) }, rows, asked);
  }

  private views(from: ReadFrom, rows: readonly ComplianceRow[], asked: number | null): Promise<DeviceCompliance[]> {
    return complianceViews({ ...from, contents: (keys) => this.sets.contents(keys) }, rows, asked);
  }
}
