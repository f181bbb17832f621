import type { SnapdClient } from '@corefleet/snapd-client';
import type { Contract, Proof } from '../contract';
import type { RowId } from '../rows';
import type { Subject } from '../subjects/subject';

/** A row that snapd can only refuse on this device, asked through the client and the catalogues. */
export interface Refused {
  row: RowId;
  ask(client: SnapdClient): Promise<unknown>;
  /** The path to read it by, where it is a read. */
  read?: string;
  /** The operation of the catalogue and its parameters, where there is one. */
  operation?: readonly [name: string, parameters: object];
  /** The refusal, or the `err` of the change that was accepted first. */
  words: string;
  /** Of 2.68, where it refuses in another way. */
  old?: string;
  /** The change's own end is the refusal. */
  asChange?: boolean;
}

/** One test for each: the refusal comes through unchanged on every road. */
export function proveRefused(contract: Contract, refused: readonly Refused[]): void {
  for (const one of refused) {
    const { row, words, old } = one;
    const said = ({ minor }: Subject): string => (minor < 75 ? (old ?? words) : words);
    const proofs: Proof[] = [`client: ${row}`];
    if (one.read !== undefined) proofs.push(`read: ${row}`);
    // an agent asks nothing of a snapd that is too old for it
    const asked = contract.minor < 75 && old !== undefined ? { ...one, operation: undefined } : one;
    if (asked.operation !== undefined) proofs.push(`operation: ${row}`);
    contract.refuses(proofs, said, `refuses ${row}`, (subject) => expectRefused(subject, asked, said(subject)));
  }
}

async function expectRefused(
  subject: Subject,
  { ask, read, operation, old, asChange }: Refused,
  said: string,
): Promise<void> {
  const refusal = { code: 'snapd-error', message: said };
  const isAccepted = asChange === true && !(subject.minor < 75 && old !== undefined);
  await subject.settled();
  const asked = ask(subject.client);
  if (isAccepted) {
    const { changeId } = (await asked) as { changeId: string };
    const { status, err = '' } = await subject.ended(changeId);
    expect({ status, err: subject.inItsOwnWords(err) }).toEqual({ status: 'Error', err: said });
  } else await expect(asked).rejects.toMatchObject(refusal);
  if (read !== undefined) await expect(subject.read(read)).rejects.toMatchObject(refusal);
  if (operation === undefined) return;
  const operated = subject.operate(...operation);
  if (isAccepted) expect((await operated).change).toMatchObject({ status: 'Error', err: said });
  else await expect(operated).rejects.toMatchObject(refusal);
}
