import { Inject, Injectable } from '@nestjs/common';
import { FilterError } from '@corefleet/features/devices';
import type { Orderer } from '@corefleet/features/rollouts';
import { InvalidRequestError, type FieldProblem } from '@corefleet/platform/errors';
import { differences, type Difference } from './differences';
import { MANIFEST_KINDS, type Existing, type ManifestKind } from './manifest-kind';

export interface ManifestDocument {
  readonly kind: string;
  readonly name: string;
  readonly spec: unknown;
}

/** What applying one document does. */
export interface ManifestChange {
  readonly kind: string;
  readonly name: string;
  readonly action: 'create' | 'update' | 'unchanged';
  readonly differences: Difference[];
  /** What else a person should see first, e.g. the summary of a rollout's plan. */
  readonly preview?: unknown;
}

interface Prepared {
  readonly of: ManifestKind;
  readonly at: number;
  readonly name: string;
  readonly spec: unknown;
  readonly existing: Existing<unknown> | undefined;
}

/** Brings the fleet's groups, schedules, policies and rollouts to what a manifest says, and shows first what that changes. */
@Injectable()
export class ManifestsService {
  constructor(@Inject(MANIFEST_KINDS) private readonly kinds: readonly ManifestKind[]) {}

  /**
   * What applying would do; writes nothing.
   * @throws InvalidRequestError listing every document that would be refused, with fields `documents.<n>.<...>`
   */
  async diff(orderer: Orderer, documents: readonly ManifestDocument[]): Promise<ManifestChange[]> {
    return (await this.prepare(orderer, documents)).map(({ change }) => change);
  }

  /**
   * Applies the documents, those that others name first. All are checked before the first is written; each is applied
   * whole or not at all, so after a death on any line applying the manifest again finishes the rest.
   * @returns what was done
   * @throws InvalidRequestError as `diff` does
   */
  async apply(orderer: Orderer, documents: readonly ManifestDocument[]): Promise<ManifestChange[]> {
    const prepared = await this.prepare(orderer, documents);
    for (const { of, name, spec, existing, change } of prepared) {
      if (change.action !== 'unchanged') await of.apply(orderer, name, spec, existing);
    }
    return prepared.map(({ change }) => change);
  }

  private async prepare(
    orderer: Orderer,
    documents: readonly ManifestDocument[],
  ): Promise<(Prepared & { change: ManifestChange })[]> {
    const { read, problems } = this.read(documents);
    if (problems.length > 0) throw refused(problems);
    const found: (Prepared & { change: ManifestChange })[] = [];
    const made: ((text: string) => boolean)[] = [];
    for (const document of read.sort((a, b) => this.rank(a.of) - this.rank(b.of) || a.at - b.at)) {
      const existing = await document.of.find(document.name);
      const change = changeOf(document, existing);
      problems.push(...fixedProblems(document, existing, change));
      const preview = change.action === 'unchanged' ? undefined : await this.preview(orderer, document, made, problems);
      if (change.action === 'create' && document.of.mentions)
        made.push(document.of.mentions.bind(undefined, document.name));
      found.push({ ...document, existing, change: preview === undefined ? change : { ...change, preview } });
    }
    if (problems.length > 0) throw refused(problems);
    return found;
  }

  /** What names something that this manifest makes can only be checked once that is there. */
  private async preview(
    orderer: Orderer,
    { of, at, name, spec }: Pick<Prepared, 'of' | 'at' | 'name' | 'spec'>,
    made: readonly ((text: string) => boolean)[],
    problems: FieldProblem[],
  ): Promise<unknown> {
    const waitsFor = textsIn(spec).find((text) => made.some((mentions) => mentions(text)));
    if (waitsFor !== undefined) return { checkedWhenApplied: `"${waitsFor}" names what this manifest makes` };
    try {
      return await of.check(orderer, name, spec);
    } catch (error) {
      problems.push(...problemsOf(at, error));
      return undefined;
    }
  }

  private read(documents: readonly ManifestDocument[]) {
    const problems: FieldProblem[] = [];
    const seen = new Set<string>();
    const read = documents.flatMap((document, at) => {
      const of = this.kinds.find(({ kind }) => kind === document.kind);
      if (!of) {
        const known = this.kinds.map(({ kind }) => kind).join(', ');
        problems.push({ field: `documents.${at}.kind`, message: `unknown kind "${document.kind}" (use ${known})` });
        return [];
      }
      const key = `${document.kind} ${document.name}`;
      if (seen.has(key)) problems.push({ field: `documents.${at}.name`, message: `${key} is described twice` });
      seen.add(key);
      const misnamed = of.nameSchema?.safeParse(document.name).error?.issues ?? [];
      problems.push(...misnamed.map(({ message }) => ({ field: `documents.${at}.name`, message })));
      const parsed = of.schema.safeParse(document.spec);
      if (parsed.success) return [{ of, at, name: document.name, spec: parsed.data }];
      problems.push(
        ...parsed.error.issues.map(({ path, message }) => ({ field: fieldOf(at, path.join('.')), message })),
      );
      return [];
    });
    return { read, problems };
  }

  private rank(of: ManifestKind): number {
    return this.kinds.indexOf(of);
  }
}

function changeOf({ of, name, spec }: Pick<Prepared, 'of' | 'name' | 'spec'>, existing: Existing<unknown> | undefined) {
  const found = differences(existing?.spec, of.shown?.(spec) ?? spec);
  const action = !existing ? 'create' : found.length > 0 ? 'update' : 'unchanged';
  return { kind: of.kind, name, action, differences: found } satisfies ManifestChange;
}

function fixedProblems(
  { at }: Pick<Prepared, 'at'>,
  existing: Existing<unknown> | undefined,
  change: ManifestChange,
): FieldProblem[] {
  const { fixed } = existing ?? {};
  if (!fixed) return [];
  return change.differences
    .filter(({ path }) => !fixed.except.includes(path.split('.')[0] ?? ''))
    .map(({ path }) => ({ field: fieldOf(at, path), message: `cannot change: ${fixed.why}` }));
}

const fieldOf = (at: number, path: string): string => `documents.${at}.spec${path ? `.${path}` : ''}`;

/** What is wrong with a document, in its own fields. @throws what is no refusal */
function problemsOf(at: number, error: unknown): FieldProblem[] {
  if (error instanceof FilterError) return [{ field: fieldOf(at, 'filter'), message: error.message }];
  if (!(error instanceof InvalidRequestError)) throw error;
  const { message, problems } = error;
  return problems.length === 0
    ? [{ field: fieldOf(at, ''), message }]
    : problems.map((problem) => ({ field: fieldOf(at, problem.field), message: problem.message }));
}

function refused(problems: readonly FieldProblem[]): InvalidRequestError {
  const fields = [...new Set(problems.map(({ field }) => field))];
  return new InvalidRequestError(`cannot apply the manifest: wrong ${fields.join(', ')}`, problems);
}

/** Every text in a spec. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
