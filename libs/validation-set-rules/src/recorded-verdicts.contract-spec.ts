import {
  recordedVerdicts,
  type RecordedEntry,
  type RecordedTracked,
  type RecordedVerdict,
} from '@corefleet/testing/snapd-recordings/core24';
import {
  Combination,
  enforceRefusalText,
  findAmong,
  isValidAlone,
  refreshRefusalText,
  unionOf,
  type FindInstalled,
  type ValidationSet,
} from './index';

/**
 * Every recorded verdict of a real snapd 2.77.1 on combinations of validation sets, given by the rules too: whether the
 * new set is valid, snapd's message to enforcing it, and to refreshing to all of them, what is there afterwards.
 */
describe('verdicts of the rules, against those of a real snapd', () => {
  const cases = recordedVerdicts().map((verdict): [string, RecordedVerdict] => [titleOf(verdict), verdict]);

  it('has all recorded cases to go through', () => expect(cases).toHaveLength(156));

  it.each(cases)('%s', (_title, verdict) => {
    const sets = verdict.sets.map(setOf);
    const [wanted] = sets.slice(-1);
    const find = installedBefore(verdict.installed);
    expect(isValidAlone(wanted!, find)).toBe(verdict.monitor.valid);
    expect(validity(sets, find)).toEqual(validityOf(verdict.monitor.tracked));

    const enforced = sets.slice(0, -1).filter((_set, at) => verdict.sets[at]?.mode === 'enforce');
    const enforce = new Combination(unionOf(enforced, [wanted!])).enforceOn(find);
    expect(enforceRefusalText(enforce)).toBe(verdict.enforce.message);
    expect(enforce.kind === 'enforced').toBe(verdict.enforce.status === 200);

    if (verdict.refresh) expectRefresh(verdict, sets, find);
  });
});

/** The store had no component of lab-app: snapd cannot find what it would install, which no rule can know. */
const NO_SUCH_COMPONENT = /cannot find component "cx" in snap resources$/;

function expectRefresh({ refresh, installed }: RecordedVerdict, sets: ValidationSet[], find: FindInstalled): void {
  const verdict = new Combination(sets).refreshOn(find);
  if (NO_SUCH_COMPONENT.test(refresh!.message ?? '')) {
    expect(verdict).toMatchObject({ kind: 'refreshed', actions: expect.arrayContaining([install('cx')]) });
    return;
  }
  expect(refreshRefusalText(verdict)).toBe(refresh!.message);
  expect(verdict.kind === 'refreshed').toBe(refresh!.status === 202);
  expect(revisionAfter(installed, verdict.kind === 'refreshed' ? verdict.actions : [])).toBe(refresh!.revisionAfter);
  // snapd says which snaps it works on; where none has to change, it names none.
  const named = /for snaps "(.+)"$/.exec(refresh!.change?.summary ?? '')?.[1];
  if (verdict.kind === 'refreshed') expect(verdict.actions[0]?.snap).toBe(named);
}

const install = (component: string) => ({ kind: 'install', snap: 'lab-app', component });

/** Newest in the store's stable channel: what an install at any revision brings. */
const NEWEST = '2';

function revisionAfter(
  before: string,
  actions: Extract<ReturnType<Combination['refreshOn']>, { kind: 'refreshed' }>['actions'],
) {
  const [action] = actions;
  if (action?.kind === 'install') return action.revision ?? NEWEST;
  return action?.kind === 'refresh' ? action.to : before;
}

const APP = 'labappidlabappidlabappidlabappid';
const CORE24 = 'dwTAh7MZZ01zyriOZErqd1JynQLiOGvM';

function installedBefore(revision: string): FindInstalled {
  const app = revision === 'absent' ? [] : [{ name: 'lab-app', id: APP, revision }];
  return findAmong([{ name: 'core24', id: CORE24, revision: '1' }, ...app]);
}

/** Every recorded set also allows core24. */
function setOf({ name, sequence, entry }: RecordedVerdict['sets'][number]): ValidationSet {
  const snaps: ValidationSet['snaps'] = [{ name: 'core24', id: CORE24, presence: 'optional' }];
  const app = (about: RecordedEntry) => ({ name: 'lab-app', id: APP, ...about });
  return { accountId: 'developer1', name, sequence, snaps: entry ? [...snaps, app(entry)] : snaps };
}

const validity = (sets: readonly ValidationSet[], find: FindInstalled): Record<string, boolean> =>
  Object.fromEntries(sets.map((set) => [set.name, isValidAlone(set, find)]));

const validityOf = (tracked: Record<string, RecordedTracked>): Record<string, boolean> =>
  Object.fromEntries(Object.entries(tracked).map(([name, { valid }]) => [name, valid]));

function titleOf({ installed, sets }: RecordedVerdict): string {
  const said = sets.map(({ name, mode, entry }) => `${name} (${mode}) ${JSON.stringify(entry)}`);
  return `lab-app ${installed}: ${said.join(', ')}`;
}
