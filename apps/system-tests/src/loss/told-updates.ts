import type { ReportFrame } from '@corefleet/testing/talking-links';

/** What one device says: so many changes, of each so many snapshots, and beside them the notice that each raises. */
export interface Story {
  readonly changes: number;
  /** Of each change: it begins, goes on, and the last says that it is done. */
  readonly snapshots: number;
}

const FRAME_ITEMS = 50;
/** Every so many frames one is said again, after the frame that came after it: late, twice, and the wrong way round. */
const AGAIN_EVERY = 7;
const SPAWNED = '2026-05-03T10:00:00.000000001Z';

/** Updates that a device has to say: its items, each counted once. */
export const updatesOf = ({ changes, snapshots }: Story): number => 2 * changes * snapshots;

/** The frames of a device, in the order in which it says them. */
export function* framesOf(story: Story): Generator<ReportFrame> {
  let before: Item[] = [];
  let count = 0;
  for (const items of inFrames(itemsOf(story))) {
    yield frame(items);
    count += 1;
    if (count % AGAIN_EVERY === 0) yield frame([...before].reverse());
    before = items;
  }
}

interface Item {
  readonly n: number;
  readonly json: string;
}

function* itemsOf({ changes, snapshots }: Story): Generator<Item> {
  let n = 0;
  for (let snapshot = 1; snapshot <= snapshots; snapshot += 1) {
    for (let change = 1; change <= changes; change += 1) {
      n += 1;
      yield { n, json: JSON.stringify({ n, kind: 'change', body: { change: aChange(change, snapshot, snapshots) } }) };
      n += 1;
      yield { n, json: JSON.stringify({ n, kind: 'notice', body: aNotice(change, snapshot) }) };
    }
  }
}

const aChange = (change: number, snapshot: number, last: number): object => ({
  id: `${change}`,
  kind: 'refresh-snap',
  summary: `${snapshot}`,
  status: snapshot === last ? 'Done' : snapshot === 1 ? 'Do' : 'Doing',
  ready: snapshot === last,
  'spawn-time': SPAWNED,
});

const aNotice = (change: number, occurrences: number): object => ({
  id: `${change}`,
  'user-id': null,
  type: 'change-update',
  key: `${change}`,
  'first-occurred': SPAWNED,
  'last-occurred': SPAWNED,
  'last-repeated': SPAWNED,
  occurrences,
});

function* inFrames(items: Iterable<Item>): Generator<Item[]> {
  let frame: Item[] = [];
  for (const item of items) {
    frame.push(item);
    if (frame.length < FRAME_ITEMS) continue;
    yield frame;
    frame = [];
  }
  if (frame.length > 0) yield frame;
}

const frame = (items: readonly Item[]): ReportFrame => ({
  numbers: items.map(({ n }) => n),
  text: `{"type":"report","items":[${items.map(({ json }) => json).join(',')}]}`,
});
