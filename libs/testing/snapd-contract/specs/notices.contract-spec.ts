import { describeContract } from '../contract';
import type { Subject } from '../subjects/subject';

const set = (subject: Subject, retain: number): Promise<string> =>
  subject.client.conf.set('system', { 'refresh.retain': retain }).then(({ changeId }) => changeId);

describeContract('notices', (contract) => {
  contract.proves('client: GET /v2/notices', 'behaviour 29: keeps one notice of a change', async (subject) => {
    const id = await set(subject, 3);
    await subject.ended(id);
    const notices = await subject.client.notices.list({ types: ['change-update'], keys: [id] });
    expect(notices).toEqual([
      {
        ...{ id: expect.stringMatching(/^\d+$/), 'user-id': null, type: 'change-update', key: id, occurrences: 3 },
        ...{ 'last-data': { kind: 'configure-snap' }, 'expire-after': '168h0m0s' },
        'first-occurred': expect.any(String),
        'last-occurred': expect.any(String),
        'last-repeated': expect.any(String),
      },
    ]);
  });

  contract.proves(
    'raw: GET /v2/notices',
    'behaviour 32: stamps rise, with the fraction as short as it is',
    async (subject) => {
      const { body } = await subject.ask('GET', '/v2/notices');
      const stamps = (body.result as { 'last-repeated': string }[]).map((notice) => notice['last-repeated']);
      for (const stamp of stamps) expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z$/);
      const fraction = (stamp: string): string => (/\.(\d+)Z$/.exec(stamp)?.[1] ?? '').padEnd(9, '0');
      const keys = stamps.map((stamp) => `${stamp.slice(0, 19)}.${fraction(stamp)}`);
      expect(keys).toEqual([...keys].sort());
      expect(new Set(keys).size).toBe(keys.length);
    },
  );

  contract.proves('client: GET /v2/notices/{id}', 'shows one notice', async (subject) => {
    const [first] = await subject.client.notices.list();
    expect(await subject.client.notices.get(first?.id ?? '')).toEqual(first);
  });

  contract.proves(['read: GET /v2/notices', 'read: GET /v2/notices/{id}'], 'reads notices', async (subject) => {
    const [first] = await subject.client.notices.list();
    expect(await subject.read('/v2/notices?types=change-update')).toContainEqual(first);
    expect(await subject.read(`/v2/notices/${first?.id}`)).toEqual(first);
  });

  contract.proves(
    'client: GET /v2/notices long-poll',
    'behaviour 30: waits for a new occurrence, or in vain',
    async (subject) => {
      await subject.settled();
      const last = (await subject.client.notices.list()).at(-1)?.['last-repeated'];
      const filter = { types: ['change-update' as const], timeoutMs: 20_000 };
      const poll = subject.client.notices.list({ ...filter, after: last });
      const id = await set(subject, 4);
      const seen = [...(await poll)];
      // snapd may have made a change of its own in between
      while (!seen.some(({ key }) => key === id))
        seen.push(...(await subject.client.notices.list({ ...filter, after: seen.at(-1)?.['last-repeated'] })));
      await subject.ended(id);
      const began = performance.now();
      const later = { ...filter, after: '2999-01-01T00:00:00Z', timeoutMs: 300 };
      expect(await subject.client.notices.list(later)).toEqual([]);
      expect(performance.now() - began).toBeGreaterThan(250);
    },
  );

  contract.proves('raw: GET /v2/notices long-poll', 'behaviour 31: waits for no unknown type', async (subject) => {
    const began = performance.now();
    expect((await subject.ask('GET', '/v2/notices?types=nope&timeout=60s')).body.result).toEqual([]);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  const refusals: [string, string][] = [
    [
      'after=garbage',
      'invalid "after" timestamp: parsing time "garbage" as "2006-01-02T15:04:05Z07:00": cannot parse "garbage" as "2006"',
    ],
    ['timeout=30', 'invalid timeout: time: missing unit in duration "30"'],
    ['timeout=garbage', 'invalid timeout: time: invalid duration "garbage"'],
    ['users=some', 'invalid "users" filter: must be "all"'],
    ['user-id=x', 'invalid "user-id" filter: strconv.ParseInt: parsing "x": invalid syntax'],
    ['users=all&user-id=0', 'cannot use both "users" and "user-id" parameters'],
  ];
  for (const [query, message] of refusals)
    contract.shows(`refuses ${query}`, async (subject) => {
      expect(await subject.refusal('GET', `/v2/notices?${query}`)).toEqual({ status: 400, message });
    });

  contract.proves('raw: GET /v2/notices/{id}', 'knows no other notice', async (subject) => {
    expect(await subject.refusal('GET', '/v2/notices/999999')).toEqual({
      ...{ status: 404, message: 'cannot find notice with id "999999"' },
    });
  });

  contract.refuses(
    ['client: POST /v2/notices add'],
    ({ minor }) =>
      minor < 75
        ? 'only snap command can record notices'
        : 'unexpected command of the calling process (can only record notices from the "snap" command)',
    'takes notices from the snap command alone',
    async (subject) => {
      await expect(subject.client.notices.add('lab-hello')).rejects.toMatchObject({
        status: subject.minor < 75 ? 403 : 400,
      });
    },
  );
});
