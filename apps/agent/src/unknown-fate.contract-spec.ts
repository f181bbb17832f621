import { memoryJournalStore } from './journal/journal-store';
import { dyingJournalStore } from './testing/dying-journal-store';
import { aSnapd, Fixture, transportOf } from './testing/fixture';
import { LossyTransport, type Fate } from './testing/lossy-transport';

let fixture: Fixture;
beforeEach(async () => (fixture = await Fixture.start()));
afterEach(() => fixture.close());

const CREATE = ['create-recovery-system', { label: 'fresh' }] as const;
const CONFIGURE = ['set-configuration', { snap: 'system', values: { 'refresh.retain': 3 } }] as const;

describe('a request whose answer was lost', () => {
  it.each<[string, readonly [string, object], Fate, string, number]>([
    ['adopts the change it made', CREATE, 'answer-lost', 'succeeded', 1],
    ['adopts the change also where it could send again', CONFIGURE, 'answer-lost', 'succeeded', 1],
    ['is sent again where twice is as good as once', CONFIGURE, 'request-lost', 'succeeded', 1],
    ['is never sent again otherwise', CREATE, 'request-lost', 'unknown', 0],
  ])('%s: %j, %s', async (_what, [operation, body], fate, state, posts) => {
    const snapd = aSnapd();
    const transport = new LossyTransport(transportOf(snapd), [fate]);
    fixture.startAgent(snapd, memoryJournalStore(), { snapd: transport });
    const end = await fixture.gateway.end(fixture.issue(operation, { ...body }));
    expect(end.state).toBe(state);
    expect(transport.posts).toBe(posts);
  });

  it('takes the device for restarted when its boot id is another one', async () => {
    const snapd = aSnapd({ rebootMs: 10 });
    const transport = new LossyTransport(transportOf(snapd), ['answer-lost']);
    fixture.startAgent(snapd, memoryJournalStore(), { snapd: transport });
    expect(await fixture.gateway.end(fixture.issue('reboot', {}))).toMatchObject({ state: 'succeeded' });
    expect(transport.posts).toBe(1);
  });
});

describe('an agent that dies at an append of its journal', () => {
  const deaths = [1, 2, 3, 4, 5, 6, 7].flatMap((at) => [[at, 'before'] as const, [at, 'after'] as const]);

  it.each(deaths)('%d, %s it is kept, ends the command truthfully and posts once at most', async (at, when) => {
    const snapd = aSnapd({ taskMs: 1 });
    const kept = memoryJournalStore();
    const first = new LossyTransport(transportOf(snapd));
    const died = new Promise<void>((resolve) => {
      // A dead process neither posts nor reports: its transport and its link end with it.
      const store = dyingJournalStore(kept, at, when, resolve);
      fixture.startAgent(snapd, store, { snapd: first });
    });
    const id = fixture.issue(...CREATE);
    await Promise.race([died, fixture.gateway.end(id)]);
    fixture.abandonAgents();
    const second = new LossyTransport(transportOf(snapd));
    fixture.startAgent(snapd, kept, { snapd: second });
    const end = await fixture.gateway.end(id);
    const labels = await labelsOf(snapd);
    expect(first.posts + second.posts).toBeLessThanOrEqual(1);
    expect(['succeeded', 'unknown']).toContain(end.state);
    if (end.state === 'succeeded') expect(labels).toContain('fresh');
    else expect(first.posts + second.posts).toBe(0);
  });
});

async function labelsOf(snapd: ReturnType<typeof aSnapd>): Promise<string[]> {
  const response = await transportOf(snapd).request({ method: 'GET', path: '/v2/systems' });
  const { result } = JSON.parse(await response.text()) as { result: { systems: { label: string }[] } };
  return result.systems.map(({ label }) => label);
}
