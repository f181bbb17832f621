import { Injectable } from '@nestjs/common';
import type { AccessParameters } from '@corefleet/contracts/http';
import type { Snapshot } from '@corefleet/platform/database';
import { InvalidRequestError } from '@corefleet/platform/errors';
import { mapPages, PAGE_ROWS, type Column, type ReportBody, type ReportMaker, type Row, type When } from '../report';
import { countAccess, countActs, selectAccess, type AccessCounts, type AccessRow } from './access-rows';

const DAYS = 90;
const DAY_MS = 86_400_000;

const COLUMNS: readonly Column[] = [
  { name: 'person', title: 'Person' },
  { name: 'role', title: 'Role', tones: { admin: 'bad', operator: 'warn', viewer: 'plain' } },
  { name: 'credential', title: 'Credential' },
  { name: 'state', title: 'State', tones: { active: 'good', expired: 'quiet', revoked: 'quiet', disabled: 'quiet' } },
  { name: 'createdAt', title: 'Made' },
  { name: 'expiresAt', title: 'Expires' },
  { name: 'endedAt', title: 'Ended' },
  { name: 'lastUsedAt', title: 'Last used' },
  { name: 'acts', title: 'Acts', kind: 'number' },
  { name: 'did', title: 'What it did' },
  { name: 'lastActAt', title: 'Last act' },
  { name: 'id', title: 'Id', kind: 'id' },
];

/** Who may do what, with which tokens, and what they have done. */
@Injectable()
export class AccessReport implements ReportMaker<AccessParameters> {
  readonly kind = 'access';
  readonly title = 'Access';
  readonly about = 'People, their roles and API tokens, when each was last used, and what was done with it';
  readonly asOf = true;
  readonly role = 'admin';

  async make(snapshot: Snapshot, { from }: AccessParameters, { now, asOf }: When): Promise<ReportBody> {
    const until = asOf ?? now;
    const since = from === undefined ? new Date(until.getTime() - DAYS * DAY_MS) : new Date(from);
    if (since >= until) throw emptySpan();
    const span = { since, until };
    const [counts] = await snapshot.query<AccessCounts>(countAccess(until));
    const acts = await snapshot.query<{ action: string; acts: number; refused: number }>(countActs(span));
    return {
      title: 'Who has access, and what they did',
      notes: [
        `Acts are counted from ${since.toISOString()}.`,
        'An API token may do what its person may.',
        ...(asOf ? ['Roles are those of today, and a use that came later hides when a token was used before.'] : []),
      ],
      figures: [
        { name: 'people', title: 'people', value: counts?.people ?? 0 },
        { name: 'admins', title: 'of them admins', value: counts?.admins ?? 0, tone: 'bad' },
        { name: 'tokens', title: 'API tokens that work', value: counts?.tokens ?? 0 },
        { name: 'unused', title: 'of them never used', value: counts?.unused ?? 0, tone: 'warn' },
      ],
      charts: [
        {
          ...{ kind: 'bars', title: 'Acts of people and tokens' },
          bars: acts.map(({ action, acts: value }) => ({ label: action, value, tone: 'plain' })),
        },
      ],
      tables: [
        {
          ...{ name: 'acts', title: 'Acts' },
          columns: [
            { name: 'action', title: 'Action' },
            { name: 'acts', title: 'Times', kind: 'number' },
            { name: 'refused', title: 'Of them refused', kind: 'number' },
          ],
          rows: acts,
        },
      ],
      rowsTitle: 'People and tokens',
      columns: COLUMNS,
      pages: mapPages(snapshot.pages<AccessRow>(selectAccess(span), PAGE_ROWS), rowOf),
    };
  }
}

const rowOf = ({ did, ...row }: AccessRow): Row => ({
  ...row,
  did: did.map(({ action, times }) => `${action} ${times}`),
});

const emptySpan = (): InvalidRequestError => {
  const message = 'must be earlier than the moment of the report';
  return new InvalidRequestError(`cannot make the report: from ${message}`, [{ field: 'from', message }]);
};
