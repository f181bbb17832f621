import type { SnapdSuite } from '@corefleet/testing/snapd-lab';

/** Which Debian suite's snapd these tests run on; `npm run test:snapd` sets it. Unset where none can be had. */
const VARIABLE = 'COREFLEET_TEST_SNAPD_SUITE';

/** @throws for a suite that is neither trixie nor forky */
export function snapdSuite(): SnapdSuite {
  const suite = process.env[VARIABLE];
  if (suite === 'trixie' || suite === 'forky') return suite;
  throw new Error(`cannot choose a snapd: ${VARIABLE} is ${suite ?? 'not set'}, not trixie or forky`);
}

/** A `describe` whose tests are skipped where there is no snapd to run them on. */
export const describeRealSnapd: jest.Describe = process.env[VARIABLE] ? describe : describe.skip;
