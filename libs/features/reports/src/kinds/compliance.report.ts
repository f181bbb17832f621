import { Injectable } from '@nestjs/common';
import type { ComplianceParameters } from '@corefleet/contracts/http';
import { ComplianceReadModel, type ComplianceState, type DeviceCompliance } from '@corefleet/features/validation-sets';
import type { Snapshot } from '@corefleet/platform/database';
import {
  mapPages,
  PAGE_ROWS,
  type Column,
  type ReportBody,
  type ReportMaker,
  type Row,
  type Tone,
  type When,
} from '../report';
import { DEVICE_COLUMNS, DEVICE_ID } from './device-columns';

const TONES: Readonly<Record<ComplianceState, Tone>> = {
  valid: 'good',
  invalid: 'bad',
  'not-applied': 'warn',
  unknown: 'quiet',
};

const COLUMNS: readonly Column[] = [
  ...DEVICE_COLUMNS,
  { name: 'state', title: 'State', tones: TONES },
  { name: 'since', title: 'Since' },
  { name: 'mode', title: 'Mode' },
  { name: 'sequence', title: 'Sequence', kind: 'number' },
  { name: 'pinnedAt', title: 'Pinned at', kind: 'number' },
  { name: 'reasons', title: 'Why' },
  { name: 'drift', title: 'Changed by hand' },
  DEVICE_ID,
];

/** How devices stand to a validation set. */
@Injectable()
export class ComplianceReport implements ReportMaker<ComplianceParameters> {
  readonly kind = 'compliance';
  readonly title = 'Compliance with a validation set';
  readonly about = 'Which devices are as a validation set wants them, and why the others are not';
  readonly asOf = true;
  readonly role = 'viewer';

  constructor(private readonly compliance: ComplianceReadModel) {}

  async make(snapshot: Snapshot, { set, ...asked }: ComplianceParameters, when: When): Promise<ReportBody> {
    const [accountId = '', name = ''] = set.split('/');
    const whole = await this.compliance.whole(snapshot, { accountId, name }, asked, { ...when, size: PAGE_ROWS });
    const { counts, sequences } = whole;
    const states = (Object.keys(TONES) as ComplianceState[]).map((state) => ({ state, tone: TONES[state] }));
    const wanted = asked.sequence === undefined ? set : `${set}=${asked.sequence}`;
    return {
      title: `Compliance with ${wanted}`,
      notes: [
        'A device is valid by its own word: snapd on it holds all that it runs against the set.',
        'Unknown is a device that was not heard from for a day, or has never said which sets it has.',
      ],
      figures: [
        { name: 'devices', title: 'devices', value: counts.devices },
        ...states.map(({ state, tone }) => ({ name: state, title: state, value: counts[state], tone, share: true })),
        { name: 'drifted', title: 'changed by hand', value: counts.drifted, tone: 'warn', share: true },
      ],
      charts: [
        {
          kind: 'parts',
          title: 'Devices by state',
          bars: states.map(({ state, tone }) => ({ label: state, value: counts[state], tone })),
        },
        {
          kind: 'bars',
          title: 'Devices by the sequence they have',
          bars: sequences.map(({ sequence, devices }) => ({
            ...{ label: `sequence ${sequence}`, value: devices },
            tone: asked.sequence === undefined || asked.sequence === sequence ? 'plain' : 'quiet',
          })),
        },
      ],
      tables: [
        {
          ...{ name: 'sequences', title: 'Sequences' },
          columns: [
            { name: 'sequence', title: 'Sequence' },
            { name: 'devices', title: 'Devices', kind: 'number' },
          ],
          rows: sequences.map(({ sequence, devices }) => ({ sequence, devices })),
        },
      ],
      rowsTitle: asked.state === undefined ? 'Devices' : `Devices that are ${asked.state}`,
      columns: COLUMNS,
      pages: mapPages(whole.pages, rowOf),
    };
  }
}

const rowOf = (device: DeviceCompliance): Row => ({
  serial: device.serial,
  brandId: device.brandId,
  model: device.model,
  state: device.state,
  since: device.since,
  mode: device.mode,
  sequence: device.sequence,
  pinnedAt: device.pinnedAt,
  reasons: device.reasons.map(({ words }) => words),
  drift: device.drift?.words ?? null,
  deviceId: device.deviceId,
});
