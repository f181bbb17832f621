import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { mintBrand } from '@corefleet/assertions';
import { SETS, simulatedStore } from './world';

/**
 * Makes keys for the simulated brand and signs its validation sets, as a stream to import; and says whom to trust for that.
 * The keys are forgotten: nothing else is ever signed with them.
 * @param directory gets `trusted.assert`, for COREFLEET_TRUSTED_ASSERTIONS, and `sets.assert`
 */
export function mintSimulatedBrand(directory: string): void {
  const store = simulatedStore();
  const [{ accountId }] = SETS as [(typeof SETS)[number]];
  const brand = mintBrand(accountId);
  const sets = SETS.map(({ name, sequence, snaps }) => {
    const stated = snaps.map((snap) => ({
      name: snap.name,
      id: store.snap(snap.name)?.id ?? '',
      revision: String(snap.revision),
    }));
    return brand.validationSet({ name, sequence, snaps: stated });
  });
  writeFileSync(path.join(directory, 'trusted.assert'), `${brand.root.account}\n${brand.root.accountKey}`);
  writeFileSync(path.join(directory, 'sets.assert'), [brand.chain, ...sets].join('\n'));
}
