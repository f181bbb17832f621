import { describeContract } from '../contract';
import type { Subject } from '../subjects/subject';

const PLUG = { snap: 'lab-hello', plug: 'network' };
const SLOT = { snap: 'snapd', slot: 'network' };
/** Apps come in any order. */
const USERS: unknown = expect.arrayContaining(['hello', 'svc']);
const body = (action: string, plugs: object[] = [PLUG], slots: object[] = [SLOT]): { json: object } => ({
  json: { action, plugs, slots },
});

const established = async (subject: Subject): Promise<unknown> =>
  (await subject.client.connections.list({ interface: 'network' })).established;

describeContract('interfaces', (contract) => {
  contract.proves('client: GET /v2/connections', 'lists what is connected, with its ends', async (subject) => {
    const list = await subject.client.connections.list({ snap: 'lab-hello' });
    expect(list.established).toEqual([
      { slot: { snap: 'snapd', slot: 'home' }, plug: { snap: 'lab-hello', plug: 'home' }, interface: 'home' },
      { slot: SLOT, plug: PLUG, interface: 'network' },
      {
        ...{ slot: { snap: 'snapd', slot: 'network-bind' }, plug: { snap: 'lab-hello', plug: 'network-bind' } },
        interface: 'network-bind',
      },
    ]);
    expect(list.plugs).toContainEqual({
      ...{ ...PLUG, interface: 'network', apps: USERS, connections: [SLOT] },
    });
    expect(list.slots).toContainEqual({ ...SLOT, interface: 'network', connections: [PLUG] });
  });

  contract.proves('read: GET /v2/connections', 'reads connections', async (subject) => {
    const list = await subject.client.connections.list({ snap: 'lab-hello' });
    const { established } = list;
    expect(await subject.read('/v2/connections?snap=lab-hello')).toMatchObject({ established });
  });

  contract.proves('raw: GET /v2/connections', 'refuses what it cannot select', async (subject) => {
    expect(await subject.refusal('GET', '/v2/connections?select=nope')).toEqual({
      ...{ status: 400, message: 'unsupported select qualifier' },
    });
    expect(await subject.refusal('GET', '/v2/connections?snap=nope')).toEqual({
      ...{ status: 404, message: 'no state entry for key', kind: 'snap-not-found', value: 'nope' },
    });
    expect((await subject.ask('GET', '/v2/connections?interface=nope')).body.result).toEqual({
      ...{ established: [], plugs: [], slots: [] },
    });
  });

  contract.proves(
    ['client: GET /v2/interfaces', 'read: GET /v2/interfaces'],
    'describes interfaces',
    async (subject) => {
      const filter = { select: 'connected', names: ['network'], doc: true, plugs: true, slots: true } as const;
      const network = [
        {
          ...{ name: 'network', summary: 'allows access to the network', plugs: [PLUG], slots: [SLOT] },
          'doc-url': 'https://snapcraft.io/docs/network-interface',
        },
      ];
      expect(await subject.client.interfaces.list(filter)).toEqual(network);
      expect(
        await subject.read('/v2/interfaces?select=connected&names=network&doc=true&plugs=true&slots=true'),
      ).toEqual(network);
      expect(await subject.refusal('GET', '/v2/interfaces?select=nope')).toEqual({
        ...{ status: 400, message: 'unsupported select qualifier' },
      });
    },
  );

  contract.proves('client: GET /v2/interfaces in the old form', 'lists all plugs and slots', async (subject) => {
    const { plugs, slots } = await subject.client.interfaces.legacy();
    expect(plugs).toContainEqual({ ...PLUG, interface: 'network', apps: USERS, connections: [SLOT] });
    expect(slots).toContainEqual({ ...SLOT, interface: 'network', connections: [PLUG] });
    const data = { content: 'lab', read: ['$SNAP/data'] };
    expect(slots).toContainEqual({
      ...{ snap: 'lab-hello', slot: 'lab-data', interface: 'content', attrs: data },
      apps: expect.arrayContaining(['hello', 'svc']),
    });
  });

  contract.proves('client: POST /v2/interfaces disconnect', 'disconnects', async (subject) => {
    const ended = await subject.change(subject.client.connections.disconnect({ plug: PLUG, slot: SLOT }));
    const summary = 'Disconnect lab-hello:network from snapd:network';
    expect(ended).toMatchObject({ kind: 'disconnect-snap', summary, status: 'Done', ready: true });
    expect(ended).not.toHaveProperty('data');
    expect(ended.tasks).toMatchObject([
      { kind: 'disconnect', summary, status: 'Done', data: { 'affected-snaps': ['lab-hello', 'snapd'] } },
    ]);
    expect(await established(subject)).toEqual([]);
  });

  contract.proves('raw: POST /v2/interfaces disconnect', 'has nothing to disconnect twice', async (subject) => {
    expect(await subject.refusal('POST', '/v2/interfaces', body('disconnect'))).toEqual({
      ...{ status: 400, message: 'cannot disconnect lab-hello:network from snapd:network, it is not connected' },
    });
  });

  contract.proves('client: POST /v2/interfaces connect', 'connects, and is Done when it was', async (subject) => {
    const ended = await subject.change(subject.client.connections.connect({ plug: PLUG, slot: SLOT }));
    const summary = 'Connect lab-hello:network to snapd:network';
    expect(ended).toMatchObject({ kind: 'connect-snap', summary, status: 'Done', ready: true });
    expect(ended.tasks).toMatchObject([{ kind: 'connect', summary, status: 'Done' }]);
    expect(await established(subject)).toEqual([{ slot: SLOT, plug: PLUG, interface: 'network', manual: true }]);
    const again = await subject.change(subject.client.connections.connect({ plug: PLUG, slot: SLOT }));
    expect(again).toMatchObject({ kind: 'connect-snap', summary, status: 'Done' });
    expect(again).not.toHaveProperty('tasks');
  });

  contract.proves(
    ['operation: POST /v2/interfaces disconnect', 'operation: POST /v2/interfaces connect'],
    'disconnects and connects through the catalogue',
    async (subject) => {
      const done = { change: { status: 'Done' }, verdict: { kind: 'verified' } };
      expect(await subject.operate('disconnect', { plug: PLUG, slot: SLOT })).toMatchObject(done);
      expect(await subject.operate('connect', { plug: PLUG, slot: SLOT })).toMatchObject(done);
    },
  );

  const refusals: [string, { json: object }, object][] = [
    [
      'an unknown snap',
      body('connect', [{ snap: 'a', plug: 'b' }]),
      { status: 400, message: 'snap "a" is not installed' },
    ],
    [
      'an unknown plug',
      body('connect', [{ snap: 'lab-hello', plug: 'nope' }]),
      { status: 400, message: 'snap "lab-hello" has no plug named "nope"' },
    ],
    [
      'several plugs',
      body('connect', [PLUG, { snap: 'lab-hello', plug: 'home' }]),
      { status: 501, message: 'many-to-many operations are not implemented' },
    ],
    ['no plug', { json: { action: 'connect' } }, { status: 400, message: 'at least one plug and slot is required' }],
    ['another action', body('nope'), { status: 400, message: 'unsupported interface action: "nope"' }],
  ];
  for (const [what, question, refusal] of refusals)
    contract.shows(`refuses ${what}`, async (subject) => {
      expect(await subject.refusal('POST', '/v2/interfaces', question)).toEqual(refusal);
    });
});
