import type { SnapdSuite } from '@corefleet/testing/snapd-lab';

/** Which snapd a run of the suite is on. */
export type SubjectId = 'simulator-2.77.1' | 'simulator-2.68.3' | SnapdSuite;

/** Set by `npm run test:snapd`: a real snapd of that Debian suite. */
const SUITE = 'COREFLEET_TEST_SNAPD_SUITE';
/** Set by `npm run test:contract`: the version the simulator plays (default 2.77.1). */
const SIMULATED = 'COREFLEET_TEST_SIMULATED_VERSION';

/** @throws where the environment names no snapd there is */
export function subjectId(): SubjectId {
  const suite = process.env[SUITE];
  if (suite === 'trixie' || suite === 'forky') return suite;
  if (suite) throw new Error(`cannot choose a snapd: ${SUITE} is ${suite}, not trixie or forky`);
  const version = process.env[SIMULATED] ?? '2.77.1';
  if (version === '2.77.1' || version === '2.68.3') return `simulator-${version}`;
  throw new Error(`cannot choose a snapd: ${SIMULATED} is ${version}, not 2.77.1 or 2.68.3`);
}

export const isReal = (id: SubjectId): id is SnapdSuite => id === 'trixie' || id === 'forky';

export const simulatedVersion = (id: Exclude<SubjectId, SnapdSuite>): string => id.slice('simulator-'.length);

/** Of snapd's version 2.N: N. trixie keeps its 2.68; forky moves on, at least 2.77. */
export const minorOf = (id: SubjectId): number => (id === 'trixie' || id === 'simulator-2.68.3' ? 68 : 77);
