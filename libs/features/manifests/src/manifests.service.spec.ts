import type { Orderer } from '@corefleet/features/rollouts';
import { InvalidRequestError } from '@corefleet/platform/errors';
import { z } from 'zod';
import type { ManifestKind } from './manifest-kind';
import { ManifestsService } from './manifests.service';

const ann: Orderer = {
  actor: { kind: 'person', id: 'a', name: 'ann' },
  mayReadSensitive: false,
  personId: 'a',
  personName: 'ann',
};

const Spec = z.strictObject({ filter: z.string().default(''), size: z.number().default(1) });
type Spec = z.infer<typeof Spec>;

/** A kind that keeps its things in a map: what the service does with kinds is all that is looked at here. */
function aKind(kind: string, kept: Map<string, Spec>, written: string[], fixed?: { except: string[]; why: string }) {
  const own: ManifestKind<Spec> = {
    kind,
    schema: Spec,
    mentions: (name, text) => text === `group=${name}`,
    find: (name) => {
      const spec = kept.get(name);
      return Promise.resolve(spec && { spec, ...(fixed && { fixed }) });
    },
    check: (_orderer, _name, { size }) => {
      if (size < 10) return Promise.resolve(undefined);
      const problem = { field: 'size', message: 'must be below 10' };
      return Promise.reject(new InvalidRequestError('cannot keep it: wrong size', [problem]));
    },
    apply: (_orderer, name, spec) => {
      kept.set(name, spec);
      written.push(`${kind} ${name}`);
      return Promise.resolve();
    },
  };
  return own as ManifestKind;
}

function aFleet() {
  const [groups, rollouts, written]: [Map<string, Spec>, Map<string, Spec>, string[]] = [new Map(), new Map(), []];
  const fixed = { except: ['size'], why: 'it is running' };
  const kinds = [aKind('Group', groups, written), aKind('Rollout', rollouts, written, fixed)];
  return { groups, rollouts, written, service: new ManifestsService(kinds) };
}

const problemsOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof InvalidRequestError ? error.problems : error;
};

describe('a manifest', () => {
  const documents = [
    { kind: 'Rollout', name: 'base-14', spec: { filter: 'group=pilots' } },
    { kind: 'Group', name: 'pilots', spec: { filter: 'label.ring=0' } },
  ];

  it('shows what it changes without writing, those first that others name', async () => {
    const { service, written } = aFleet();
    const changes = await service.diff(ann, documents);
    expect(changes).toMatchObject([
      { kind: 'Group', name: 'pilots', action: 'create' },
      {
        kind: 'Rollout',
        name: 'base-14',
        action: 'create',
        preview: { checkedWhenApplied: '"group=pilots" names what this manifest makes' },
      },
    ]);
    expect(written).toEqual([]);
  });

  it('changes nothing the second time', async () => {
    const { service, written } = aFleet();
    await service.apply(ann, documents);
    expect(written).toEqual(['Group pilots', 'Rollout base-14']);
    const again = await service.apply(ann, documents);
    expect(again.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
    expect(written).toHaveLength(2);
  });

  it('updates what may change, and says what differs', async () => {
    const { service, rollouts } = aFleet();
    rollouts.set('base-14', { filter: '', size: 1 });
    const [change] = await service.apply(ann, [{ kind: 'Rollout', name: 'base-14', spec: { size: 2 } }]);
    expect(change).toMatchObject({ action: 'update', differences: [{ path: 'size', from: 1, to: 2 }] });
    expect(rollouts.get('base-14')).toEqual({ filter: '', size: 2 });
  });

  it('refuses all of it when one document is wrong, naming every field', async () => {
    const { service, rollouts, written } = aFleet();
    rollouts.set('old', { filter: '', size: 1 });
    const wrong = [
      { kind: 'Group', name: 'fine', spec: {} },
      { kind: 'Rollout', name: 'old', spec: { filter: 'model=pc' } },
      { kind: 'Rollout', name: 'big', spec: { size: 10 } },
    ];
    expect(await problemsOf(service.apply(ann, wrong))).toEqual([
      { field: 'documents.1.spec.filter', message: 'cannot change: it is running' },
      { field: 'documents.2.spec.size', message: 'must be below 10' },
    ]);
    const unreadable = [
      { kind: 'Groop', name: 'x', spec: {} },
      { kind: 'Group', name: 'y', spec: { sise: 1 } },
      { kind: 'Group', name: 'y', spec: {} },
    ];
    expect(await problemsOf(service.diff(ann, unreadable))).toMatchObject([
      { field: 'documents.0.kind', message: 'unknown kind "Groop" (use Group, Rollout)' },
      { field: 'documents.1.spec' },
      { field: 'documents.2.name', message: 'Group y is described twice' },
    ]);
    expect(written).toEqual([]);
  });
});
