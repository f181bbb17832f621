import type { ValidationSet } from '@corefleet/validation-set-rules';
import { SnapdError } from '@corefleet/snapd-client';
import type { ValidationSetAssertion } from '@corefleet/snapd-simulator';
import fc from 'fast-check';
import { setNotes } from './set-notes';
import { aBoxStore, aModel, SimulatedBox } from './testing/simulated-box';

const SNAPS = `snaps:
  -
    name: pc
    type: kernel
    id: pYVQrBcKmBa0mZ4CCN7ExT6jH8rY1hza
  -
    name: core24
    type: base
validation-sets:
  -
    account-id: acme
    name: own
    mode: enforce
`;

type Snap = ValidationSet['snaps'][number];

/** What a set says of one snap, if anything; what the device has must fit its own set. */
const said = (name: string): fc.Arbitrary<Snap[]> =>
  fc.constantFrom(
    [],
    [{ name, presence: 'invalid' }],
    [{ name, presence: 'optional' }],
    [{ name, presence: 'required' }],
    [{ name, presence: 'optional', revision: '1' }],
    [{ name, presence: 'required', revision: '1' }],
    [{ name, presence: 'required', revision: '2' }],
  ) as fc.Arbitrary<Snap[]>;
const snaps = fc.tuple(said('pc'), said('core24'), said('extra')).map((each) => each.flat());
const own = fc
  .subarray<Snap>([
    { name: 'pc', presence: 'required', revision: '1' },
    { name: 'core24', presence: 'optional' },
    { name: 'extra', presence: 'invalid' },
  ])
  .filter((list) => list.length > 0);

const set = (name: string, list: readonly Snap[], sequence = 1): ValidationSet => ({
  ...{ accountId: 'acme', name, sequence, snaps: list },
});

/** A device that enforces the set of its model, over a store with the other ones. */
function aBox(ownSet: ValidationSet, others: readonly ValidationSet[]): SimulatedBox {
  const store = aBoxStore();
  const revisions = [{ revision: 1 }, { revision: 2 }];
  for (const name of ['pc', 'extra'])
    store.addSnap({ name, type: name === 'pc' ? 'kernel' : 'app', revisions, channels: { stable: 1 } });
  for (const each of [ownSet, ...others]) store.addValidationSet(assertionOf(each));
  return new SimulatedBox({
    ...{ store, model: aModel(SNAPS), snaps: [{ name: 'core24' }, { name: 'snapd' }, { name: 'pc' }] },
    validationSets: [{ accountId: 'acme', name: 'own', mode: 'enforce', sequence: 1 }],
  });
}

const assertionOf = ({ snaps: list, ...rest }: ValidationSet): ValidationSetAssertion => ({
  ...rest,
  snaps: list.map(({ name, presence, revision }) => ({
    ...{ name, presence },
    ...(revision !== undefined && { revision: Number(revision) }),
  })),
});

async function isMade(box: SimulatedBox, sets: readonly string[]): Promise<boolean> {
  try {
    return await box.step('create-recovery-system', { label: 'new', 'validation-sets': sets });
  } catch (error) {
    if (error instanceof SnapdError) return false;
    throw error;
  }
}

const device = {
  sets: [{ key: 'acme/own', sequence: 1, mode: 'enforce', ofModel: true }],
  modelSnaps: ['pc', 'core24'].map((name) => ({ name, optional: false })),
};

describe('on a device, the sets of a recovery system', () => {
  it('block it exactly where snapd refuses them', async () => {
    await fc.assert(
      fc.asyncProperty(own, fc.array(snaps, { minLength: 1, maxLength: 2 }), async (ofModel, lists) => {
        const ownSet = set('own', ofModel);
        const asked = lists.filter((list) => list.length > 0).map((list, at) => set(`asked-${at}`, list));
        fc.pre(asked.length > 0);
        const { blockers } = setNotes(asked, device, () => ownSet);
        const names = asked.map(({ name }) => `acme/${name}=1`);
        expect({ blockers, made: await isMade(aBox(ownSet, asked), names) }).toEqual({
          blockers,
          made: blockers.length === 0,
        });
      }),
      { numRuns: 300 },
    );
  });

  it('are overruled by what the model lists without a word, which blocks it here', async () => {
    const asked = set('own', [{ name: 'pc', presence: 'required', revision: '2' }], 2);
    const box = aBox(set('own', [{ name: 'pc', presence: 'required', revision: '1' }]), [asked]);
    expect(await isMade(box, ['acme/own=2'])).toBe(true);
    expect((await box.client.changes.list({ select: 'all' })).flatMap(({ tasks }) => tasks ?? [])).toHaveLength(1);
    expect(setNotes([asked], device, () => undefined).blockers).toMatchObject([{ cause: 'tracked-sequence-wins' }]);
  });
});
