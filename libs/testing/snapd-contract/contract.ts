import { isOf, type Road } from './rows/row';
import { rowOf, type RowId } from './rows';
import { ContractResults } from './results';
import type { DeviceKind } from './subjects/device-kind';
import { startSubject } from './subjects/start-subject';
import type { Seen } from './subjects/seen';
import type { Subject } from './subjects/subject';
import { isReal, minorOf, subjectId } from './subjects/which';

/**
 * What a test proves: the row, and the road its request takes (`raw` proves the snapd alone). The request has to be
 * seen on its way.
 */
export type Proof = `${Road | 'raw'}: ${RowId}`;

type Test = (subject: Subject) => Promise<void>;

const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 60_000;

/** The tests of one area on one device. */
export class Contract {
  private subject: Subject | undefined;
  private readonly results: ContractResults;

  constructor(area: string) {
    this.results = new ContractResults(subjectId(), area);
  }

  /** Of snapd's version 2.N: N, where a test has to be another one. */
  get minor(): number {
    return minorOf(subjectId());
  }

  /** A test of what a row does. It passes only when a fitting request was sent on that road. */
  proves(proofs: Proof | readonly Proof[], title: string, test: Test, timeoutMs?: number): void {
    this.define(title, timeoutMs, async (subject) => {
      await test(subject);
      const seen = subject.recorder.take();
      for (const proof of [proofs].flat()) {
        expectSent(proof, seen);
        this.results.prove(proof);
      }
    });
  }

  /** A test of a row that snapd can only refuse here: the table quotes the words, which have to be snapd's answer. */
  refuses(
    proofs: Proof | readonly Proof[],
    words: string | ((subject: Subject) => string),
    title: string,
    test: Test,
    timeoutMs?: number,
  ): void {
    this.define(title, timeoutMs, async (subject) => {
      await test(subject);
      const said = typeof words === 'string' ? words : words(subject);
      const seen = subject.recorder.take();
      for (const proof of [proofs].flat()) {
        expectRefused(proof, said, seen, subject);
        this.results.quote(proof, said);
      }
    });
  }

  /** A test that belongs to no row, such as one of the envelope. */
  shows(title: string, test: Test, timeoutMs?: number): void {
    this.define(title, timeoutMs, test);
  }

  async start(device: DeviceKind): Promise<void> {
    this.subject = await startSubject(subjectId(), device);
    this.results.version = this.subject.backend.version;
  }

  async stop(): Promise<void> {
    await this.subject?.stop();
    await this.results.write();
  }

  private define(title: string, timeoutMs: number | undefined, test: Test): void {
    it(
      title,
      async () => {
        if (this.subject === undefined) throw new Error('cannot test: the subject was not started');
        this.subject.recorder.take();
        await test(this.subject);
      },
      timeoutMs,
    );
  }
}

/**
 * The specs of one area, on a device of their own. The real snapd is always the lab's classic one: what needs
 * another device is left out there.
 */
export function describeContract(
  area: string,
  define: (contract: Contract) => void,
  device: DeviceKind = 'classic',
): void {
  const id = subjectId();
  if (device !== 'classic' && isReal(id)) return;
  describe(`${area}, snapd ${id}${device === 'classic' ? '' : `, ${device}`}`, () => {
    const contract = new Contract(area);
    beforeAll(() => contract.start(device), START_TIMEOUT_MS);
    afterAll(() => contract.stop(), STOP_TIMEOUT_MS);
    define(contract);
  });
}

function sentFor(proof: Proof, seen: readonly Seen[]): Seen[] {
  const [road = '', id = ''] = proof.split(/: (.*)/s);
  const row = rowOf(id);
  return seen.filter((request) => request.hand === road && isOf(row, request));
}

function expectSent(proof: Proof, seen: readonly Seen[]): void {
  if (sentFor(proof, seen).length > 0) return;
  const sent = seen.map(({ hand, method, target }) => `  ${hand}: ${method} ${target}`).join('\n');
  throw new Error(`cannot take this for a proof of "${proof}": no such request was sent, only\n${sent}`);
}

function expectRefused(proof: Proof, words: string, seen: readonly Seen[], subject: Subject): void {
  expectSent(proof, seen);
  const answers = sentFor(proof, seen);
  const changes = answers.flatMap(({ change }) => (change === undefined ? [] : `/v2/changes/${change}`));
  const shown = [...answers, ...seen.filter(({ pathname }) => changes.includes(pathname))];
  if (shown.some(({ refusal = '' }) => subject.inItsOwnWords(refusal) === words)) return;
  const said = shown.map(({ refusal = 'no refusal' }) => `  ${refusal}`).join('\n');
  throw new Error(`cannot quote "${words}" for "${proof}": snapd said\n${said}`);
}
