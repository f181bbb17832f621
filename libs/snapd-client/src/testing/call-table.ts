import { SnapdClient } from '../client';
import { unixSocketTransport } from '../unix-socket-transport';
import { FakeDaemon, accepted, sync } from './fake-daemon';

/** One call of the client: what it must send, what it gets and what it must return. */
export interface CallRow {
  call: (client: SnapdClient) => Promise<unknown>;
  /** Method and path with its query. */
  sends: string;
  /** The JSON body; none when absent. */
  json?: unknown;
  /** Result of a sync answer; absent, the answer is change 17. */
  gets?: unknown;
  /** What it got when absent, or `{changeId: '17', result: null}`. */
  returns?: unknown;
}

/** Runs each call against a daemon of its own file and compares request and return value. */
export function itCalls(rows: readonly CallRow[]): void {
  let daemon: FakeDaemon;
  let client: SnapdClient;
  let row: CallRow;

  beforeAll(async () => {
    daemon = await FakeDaemon.start((_request, response) =>
      'gets' in row ? sync(response, row.gets) : accepted(response, '17'),
    );
    client = new SnapdClient(unixSocketTransport(daemon.socketPath));
  });

  afterAll(async () => {
    client.close();
    await daemon.dispose();
  });

  it.each(rows.map((each) => [`${each.sends} ${JSON.stringify(each.json ?? '')}`, each] as const))(
    '%s',
    async (_name, each) => {
      row = each;
      const got = 'gets' in each ? each.gets : { changeId: '17', result: null };
      expect(await each.call(client)).toEqual('returns' in each ? each.returns : got);
      const seen = daemon.seen.at(-1);
      expect(`${seen?.method} ${seen?.url}`).toBe(each.sends);
      expect(seen?.body ? JSON.parse(seen.body) : undefined).toEqual(each.json);
    },
  );
}
