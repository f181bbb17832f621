import { Inject, Injectable } from '@nestjs/common';
import {
  AssertionError,
  decodeAssertion,
  decodeAssertions,
  describeAssertion,
  readValidationSet,
  textOf,
  verifyAssertions,
  type Assertion,
  type Trust,
} from '@corefleet/assertions';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Prisma, type Transaction } from '@corefleet/platform/database';
import { InvalidRequestError, type FieldProblem } from '@corefleet/platform/errors';
import { constraintsOf } from './imported-set';
import { digestOf, judgeImport, problemOf, unkeepable, type ImportOutcome, type KeptAssertion } from './judge-import';
import { nameOfSequence } from './set-view';
import { TRUST } from './trusted-assertions';

/** Where assertions come from. */
export type ImportSource = { readonly kind: 'upload' } | { readonly kind: 'device'; readonly deviceId: string };

/** What became of one assertion of an import. */
export interface ImportedAssertion {
  /** As snapd refers to it: `validation-set (14; series:16 account-id:acme name:base)`. */
  readonly assertion: string;
  readonly type: string;
  readonly revision: number;
  readonly outcome: ImportOutcome;
}

interface Judged {
  readonly assertion: Assertion;
  readonly outcome: ImportOutcome;
}

/** Imports of all processes take turns: of two with the same key the newer revision must stay. */
const IMPORT_LOCK = 7_305_814_001;

/** The one way into `assertions` and `validation_sets`: what is not verified up to a trusted key is not kept. */
@Injectable()
export class AssertionImport {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(TRUST) private readonly trust: Trust,
  ) {}

  /**
   * Imports a stream: validation sets, and the accounts and keys that vouch for them, in any order. Keys that are kept
   * from before count. All of it or nothing; the same again changes nothing.
   * @returns what became of each, those that vouch before those that they vouch for
   * @throws InvalidRequestError naming every assertion that is refused, and why
   */
  async import(actor: Actor, stream: string, source: ImportSource): Promise<ImportedAssertion[]> {
    const assertions = read(stream);
    refuse(unkeepable(assertions));
    return this.database.transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${IMPORT_LOCK}::bigint)`;
      const known = await this.voucher(tx);
      const { verified, refused } = verifyAssertions(assertions, { trust: this.trust, known, now: this.clock.now() });
      refuse(refused.map(problemOf));
      const judged = await this.judge(tx, verified);
      for (const one of judged) await this.keep(tx, actor, one, source);
      return judged.map(({ assertion, outcome }) => ({
        assertion: describeAssertion(assertion),
        type: assertion.type,
        revision: assertion.revision,
        outcome,
      }));
    });
  }

  /** Accounts and keys that are kept: a few for each account that publishes sets. */
  private async voucher(tx: Transaction): Promise<Assertion[]> {
    const types = ['account', 'account-key'];
    const rows = await tx.assertion.findMany({ where: { type: { in: types } }, select: { text: true } });
    return rows.map(({ text }) => decodeAssertion(Buffer.from(text)));
  }

  private async judge(tx: Transaction, verified: readonly Assertion[]): Promise<Judged[]> {
    const kept = await this.kept(tx, verified);
    const problems: FieldProblem[] = [];
    const judged = verified.flatMap((assertion): Judged[] => {
      const outcome = judgeImport(assertion, kept.get(keyOf(assertion)));
      if (outcome) return [{ assertion, outcome }];
      const field = describeAssertion(assertion);
      problems.push({ field, message: `another text of its revision ${assertion.revision} is kept already` });
      return [];
    });
    refuse(problems);
    return judged;
  }

  private async kept(tx: Transaction, assertions: readonly Assertion[]): Promise<Map<string, KeptAssertion>> {
    const wanted = assertions.map(({ type, primaryKey }) => ({ type, primaryKey: primaryKey.join('/') }));
    const rows = await tx.assertion.findMany({
      where: { OR: wanted },
      select: { type: true, primaryKey: true, revision: true, sha256: true },
    });
    return new Map(rows.map(({ type, primaryKey, ...kept }) => [`${type}/${primaryKey}`, kept]));
  }

  private async keep(tx: Transaction, actor: Actor, judged: Judged, source: ImportSource): Promise<void> {
    const { assertion, outcome } = judged;
    if (outcome === 'unchanged' || outcome === 'older') return;
    const { type, revision } = assertion;
    const primaryKey = assertion.primaryKey.join('/');
    const data = {
      revision,
      text: textOf(assertion),
      headers: assertion.headers as Prisma.InputJsonObject,
      sha256: digestOf(assertion),
      source: source.kind,
      deviceId: source.kind === 'device' ? source.deviceId : null,
      importedBy: actor.name,
      importedAt: this.clock.now(),
    };
    await tx.assertion.upsert({
      where: { type_primaryKey: { type, primaryKey } },
      create: { type, primaryKey, ...data },
      update: data,
    });
    if (type === 'validation-set') await this.keepSet(tx, assertion);
    await this.audit.record(tx, {
      actor,
      action: `${type}.import`,
      subject: { kind: type, id: subjectId(assertion) },
      details: { revision, outcome, sha256: data.sha256, ...source },
    });
  }

  /** A mark that it is bad stays through newer revisions: somebody has to lift it. */
  private async keepSet(tx: Transaction, assertion: Assertion): Promise<void> {
    const { accountId, name, sequence, timestamp, ...set } = readValidationSet(assertion);
    const snaps = constraintsOf(set) as unknown as Prisma.InputJsonArray;
    await tx.validationSet.upsert({
      where: { accountId_name_sequence: { accountId, name, sequence } },
      create: { accountId, name, sequence, snaps, timestamp },
      update: { snaps, timestamp },
    });
  }
}

function read(stream: string): Assertion[] {
  try {
    const assertions = decodeAssertions(Buffer.from(stream));
    if (assertions.length > 0) return assertions;
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    throw refusal([{ field: error.assertion, message: `cannot be read: ${error.reason}` }]);
  }
  throw refusal([{ field: 'body', message: 'holds no assertion, send the text of one or several' }]);
}

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw refusal(problems);
}

function refusal(problems: readonly FieldProblem[]): InvalidRequestError {
  const [first] = problems;
  const others = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new InvalidRequestError(`cannot import ${first?.field ?? ''}: it ${first?.message ?? ''}${others}`, problems);
}

const keyOf = ({ type, primaryKey }: Assertion): string => [type, ...primaryKey].join('/');

const subjectId = (assertion: Assertion): string =>
  assertion.type === 'validation-set' ? nameOfSequence(readValidationSet(assertion)) : (assertion.primaryKey[0] ?? '');
