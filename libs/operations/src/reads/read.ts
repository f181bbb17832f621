import type { SnapdClient } from '@corefleet/snapd-client';
import type * as z from 'zod/mini';
import { defineOperation, verified, type Operation, type OperationContext } from '../operation';
import { nothingToFollow } from '../starting';

/** Where a read stands in snapd's API. */
export interface ReadRoute {
  /** snapd's path; `{name}` stands for the parameter of that name, every other parameter is of the query. */
  readonly path: string;
  /** Shows secrets or what is personal: for the role that may, and kept nowhere. */
  readonly sensitive: boolean;
}

/** A GET of snapd's API as its own file writes it. */
export interface ReadDefinition<P extends object> extends Partial<Pick<ReadRoute, 'sensitive'>> {
  /** Its name in the catalogue: `read-…`. */
  readonly name: `read-${string}`;
  readonly path: string;
  /** Strict, and spelled as snapd spells them. */
  readonly parameters: z.ZodMiniType<P>;
  /** The answer is a file: it is stored as an artifact, and the result names it. */
  readonly storesArtifacts?: boolean;
  /** A JSON value. Throws snapd's refusal unchanged. */
  read(client: SnapdClient, parameters: P, context: OperationContext): Promise<unknown>;
}

/** Makes the catalogue's entry of a read: an operation that starts nothing and shows what it has read. */
export function defineRead<P extends object>(definition: ReadDefinition<P>): Operation {
  const { name, path, parameters, sensitive = false, storesArtifacts = false } = definition;
  const operation = defineOperation<P>({
    name,
    risk: 'read',
    parameters,
    storesArtifacts,
    idempotent: true,
    expects: 'sync',
    start: () => Promise.resolve(nothingToFollow),
    verify: async (client, given, _outcome, context) => verified(await definition.read(client, given, context)),
  });
  return { ...operation, read: { path, sensitive } };
}
