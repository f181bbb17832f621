import { describeContract } from '../contract';

const OK = { verdict: { kind: 'verified' } };

describeContract(
  'services of the store',
  (contract) => {
    contract.proves(['client: GET /v2/find', 'read: GET /v2/find'], 'finds snaps', async (subject) => {
      const found = await subject.client.store.find({ q: 'lab' });
      expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['lab-app', 'lab-big']));
      expect(await subject.client.store.find({ name: 'lab-app' })).toMatchObject([
        { name: 'lab-app', publisher: { id: 'developer1' } },
      ]);
      expect(await subject.read('/v2/find?name=lab-app')).toMatchObject([{ name: 'lab-app' }]);
    });

    contract.proves(
      ['client: GET /v2/sections', 'read: GET /v2/sections', 'client: GET /v2/categories', 'read: GET /v2/categories'],
      'tells what the store is sorted by',
      async (subject) => {
        expect(await subject.read('/v2/sections')).toEqual(await subject.client.store.sections());
        expect(await subject.read('/v2/categories')).toEqual(await subject.client.store.categories());
      },
    );

    contract.proves(
      ['client: POST /v2/cohorts create', 'operation: POST /v2/cohorts create'],
      'makes cohorts',
      async (subject) => {
        expect(await subject.client.cohorts.create(['lab-app'])).toEqual({ 'lab-app': expect.any(String) });
        expect(await subject.operate('create-cohorts', { snaps: ['lab-app'] })).toMatchObject(OK);
      },
    );

    contract.proves(
      ['client: POST /v2/login to the store', 'client: POST /v2/logout of the store'],
      'logs in and out',
      async (subject) => {
        const user = await subject.client.login.login({ email: 'a@example.com', password: 'x' });
        expect(user).toMatchObject({ email: 'a@example.com', macaroon: expect.any(String) });
        await expect(subject.client.login.logout()).rejects.toMatchObject({ message: 'not logged in' });
      },
    );

    contract.proves(
      ['operation: POST /v2/login to the store', 'operation: POST /v2/logout of the store'],
      'logs in and out through the catalogue',
      async (subject) => {
        const parameters = { email: 'b@example.com', password: 'x' };
        expect(await subject.operate('log-in', parameters)).toMatchObject(OK);
        const { macaroon, discharges } = await subject.client.login.login(parameters);
        expect(await subject.operate('log-out', { macaroon, discharges })).toMatchObject(OK);
      },
    );

    contract.proves(
      ['client: POST /v2/download a snap', 'read: POST /v2/download a snap'],
      'downloads a snap',
      async (subject) => {
        const file = await subject.client.downloads.start({ 'snap-name': 'lab-app' });
        const chunks: Uint8Array[] = [];
        for await (const chunk of file.content) chunks.push(chunk);
        expect(Buffer.concat(chunks)).toHaveLength(file.sizeBytes);
        const reference = (await subject.read('/v2/download?snap-name=lab-app')) as { sha256: string };
        expect(subject.artifacts.bytes(reference).equals(Buffer.concat(chunks))).toBe(true);
      },
    );

    contract.proves(
      [
        'client: POST /v2/users create',
        'client: POST /v2/users remove',
        'client: POST /v2/create-user in the old form',
        'client: GET /v2/users',
        'read: GET /v2/users',
      ],
      'makes and removes users of accounts of the store',
      async (subject) => {
        const { users } = subject.client;
        expect(await users.create({ email: 'ann@example.com', sudoer: true, 'force-managed': true })).toMatchObject([
          { username: 'ann' },
        ]);
        expect((await users.list()).map(({ username }) => username)).toContain('ann');
        expect(await subject.read('/v2/users')).toEqual(await users.list());
        expect(await users.remove('ann')).toMatchObject([{ username: 'ann', email: 'ann@example.com' }]);
        expect(await users.createLegacy({ email: 'bob@example.com', 'force-managed': true })).toMatchObject([
          { username: 'bob' },
        ]);
      },
    );

    contract.proves(
      ['operation: POST /v2/users create', 'operation: POST /v2/users remove'],
      'makes and removes users through the catalogue',
      async (subject) => {
        const parameters = { email: 'eve@example.com', 'force-managed': true };
        expect(await subject.operate('create-users', parameters)).toMatchObject(OK);
        expect(await subject.operate('remove-user', { username: 'eve' })).toMatchObject(OK);
      },
    );
  },
  'core',
);
