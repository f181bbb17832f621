import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SubjectId } from './subjects/which';

/** What the tests of one area on one snapd have shown. */
export interface AreaResults {
  subject: SubjectId;
  /** snapd's version, as system-info says it. */
  version: string;
  area: string;
  /** `<road>: <row>` of tests that passed. */
  proven: string[];
  /** The same of tests that passed on snapd's refusal, with its words. */
  refused: { proof: string; words: string }[];
}

/** Set by the runs: the folder of this run, shared with `coverage`. */
const RUN_DIR = 'COREFLEET_TEST_CONTRACT_DIR';

/** Collects the proofs of one area and leaves them for the table, in a run that makes one. */
export class ContractResults {
  version = '';
  private readonly proven = new Set<string>();
  private readonly refused = new Map<string, string>();

  constructor(
    private readonly subject: SubjectId,
    private readonly area: string,
  ) {}

  prove(proof: string): void {
    this.proven.add(proof);
  }

  quote(proof: string, words: string): void {
    this.refused.set(proof, words);
  }

  async write(): Promise<void> {
    const runDir = process.env[RUN_DIR];
    if (!runDir) return;
    const { subject, version, area } = this;
    const refused = [...this.refused].map(([proof, words]) => ({ proof, words }));
    const results: AreaResults = { subject, version, area, proven: [...this.proven], refused };
    const dir = path.join(runDir, 'results', subject);
    await mkdir(dir, { recursive: true });
    await writeFile(path.join(dir, `${area}.json`), `${JSON.stringify(results, null, 2)}\n`);
  }
}
