import type { Road } from './road';

interface ChangeRow {
  change_id: string;
  kind: string;
  summary: string;
  status: string;
  ready: boolean;
  err: string | null;
  spawn_time: string;
  ready_time: string | null;
  tasks: unknown;
  data: unknown;
}

interface NoticeRow {
  notice_id: string;
  type: string;
  key: string;
  user_id: number;
  first_occurred: string;
  last_occurred: string;
  last_repeated: string;
  occurrences: number;
  last_data: unknown;
}

type Shown = Record<string, unknown>;

/** Asks a device's snapd itself. */
export interface SnapdReader {
  /** @returns the result of the answer */
  read<Result>(path: string): Promise<Result>;
}

/** The changes with their tasks as Postgres has them, in snapd's own form, by id. */
export async function storedChanges(road: Road, enrolmentId: string): Promise<Shown[]> {
  const rows = await road.rows<ChangeRow>('SELECT * FROM changes WHERE enrolment_id = $1', [enrolmentId]);
  return byId(
    rows.map(({ change_id: id, kind, summary, status, ready, err, data, tasks, ...row }) => ({
      ...{ id, kind, summary, status, ready, tasks, 'spawn-time': row.spawn_time },
      ...(err !== null && { err }),
      ...(data !== null && { data }),
      ...(row.ready_time !== null && { 'ready-time': row.ready_time }),
    })),
  );
}

/** The changes as the device's own socket shows them, by id. */
export const shownChanges = async (device: SnapdReader): Promise<Shown[]> =>
  byId(await device.read<Shown[]>('/v2/changes?select=all'));

/** The notices as Postgres has them, in snapd's own form, by id. */
export async function storedNotices(road: Road, enrolmentId: string): Promise<Shown[]> {
  const rows = await road.rows<NoticeRow>('SELECT * FROM notices WHERE enrolment_id = $1', [enrolmentId]);
  return byId(
    rows.map(({ notice_id: id, type, key, occurrences, ...row }) => ({
      ...{ id, 'user-id': row.user_id === -1 ? null : row.user_id, type, key, occurrences },
      'first-occurred': row.first_occurred,
      'last-occurred': row.last_occurred,
      'last-repeated': row.last_repeated,
      ...(row.last_data !== null && { 'last-data': row.last_data }),
    })),
  );
}

/** The notices as the device's own socket shows them, by id; how long they are kept is snapd's own affair. */
export async function shownNotices(device: SnapdReader): Promise<Shown[]> {
  const notices = await device.read<Shown[]>('/v2/notices');
  return byId(notices.map(({ 'expire-after': _expires, 'repeat-after': _repeats, ...notice }) => notice));
}

const byId = (shown: Shown[]): Shown[] => shown.sort((a, b) => Number(a['id']) - Number(b['id']));
