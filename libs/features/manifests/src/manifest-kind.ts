import type { Orderer } from '@corefleet/features/rollouts';
import type { z } from 'zod';

/** What is there now under a name of a manifest. */
export interface Existing<Spec> {
  /** In the shape of the manifest, with every default in its place and as people may see it, so that the two can be compared. */
  readonly spec: Spec;
  /** Members that cannot change any more, and why; undefined when all may. */
  readonly fixed?: { readonly except: readonly string[]; readonly why: string };
}

/** A kind of thing that manifests describe: how it is found, checked and brought to what the manifest says. */
export interface ManifestKind<Spec = unknown> {
  /** As documents name it, e.g. `Group`. */
  readonly kind: string;
  /** What its names look like; any when absent. */
  readonly nameSchema?: z.ZodType<string>;
  /** Reads the `spec` of a document and fills in its defaults. */
  readonly schema: z.ZodType<Spec>;

  /** Whether a text of another spec, such as a filter, names this one. Absent: nothing names it. */
  mentions?(name: string, text: string): boolean;

  find(name: string): Promise<Existing<Spec> | undefined>;

  /**
   * Does everything short of writing, so that what would be refused is refused before anything is written.
   * @returns what a person should see before they agree, e.g. the summary of a plan; undefined when the diff says it all
   * @throws InvalidRequestError with fields of the spec
   */
  check(orderer: Orderer, name: string, spec: Spec): Promise<unknown>;

  /** The spec as people may see it: differences are told in it. Absent: nothing of it is secret. */
  shown?(spec: Spec): Spec;

  /** Brings it there, audited as the same act of the API is. Applying it again changes nothing. */
  apply(orderer: Orderer, name: string, spec: Spec, existing: Existing<Spec> | undefined): Promise<void>;
}

/** Injection token: the kinds, in the order in which they are applied: what others name comes first. */
export const MANIFEST_KINDS = Symbol('MANIFEST_KINDS');
