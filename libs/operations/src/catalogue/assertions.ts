import type { SnapdClient } from '@corefleet/snapd-client';
import { SnapdError } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { assertionText, fetchAssertions, missingAssertion } from '../assertions';
import { flag } from '../fields';
import { artifactReferences, fetchFiles } from '../files';
import { defineOperation, notVerified, verified, type OperationContext } from '../operation';
import { nothingToFollow } from '../starting';

const Add = z
  .strictObject({
    /** One or several, with blank lines between them: a chain in any order. */
    assertions: z.optional(assertionText),
    /** Texts that were uploaded to the server. */
    files: artifactReferences,
  })
  .check(z.refine((p) => (p.assertions === undefined) !== (p.files === undefined), 'expected assertions or files'));
type Add = z.infer<typeof Add>;

/** Adds assertions to what the device knows. Those it has already stay. */
export const addAssertions = defineOperation<Add>({
  name: 'add-assertions',
  risk: 'reversible',
  parameters: Add,
  idempotent: true,
  expects: 'sync',
  artifacts: ({ files = [] }) => files,
  observe: (_client, { files }, context) => fetchFiles(context, files),
  start: async (client, parameters, context) => {
    // All in one request: only then may their order be any.
    await client.assertions.add(await textOf(parameters, context));
    return nothingToFollow;
  },
  verify: async (client, parameters, _outcome, context) => {
    const missing = await missingAssertion(client, await textOf(parameters, context));
    return missing ? notVerified(`the device does not have the ${missing.type} assertion`, missing) : verified(null);
  },
});

async function textOf({ assertions, files }: Add, context: OperationContext): Promise<string> {
  return assertions ?? (await fetchAssertions(context, files)).map((text) => text.trimEnd()).join('\n\n');
}

const Forget = z.strictObject({
  /** Registers again only after the next restart. */
  'no-registration-until-reboot': flag,
});

/** Forgets who the device is, so that it registers anew: generic and canonical classic models only. */
export const forgetSerial = defineOperation<z.infer<typeof Forget>>({
  name: 'forget-serial',
  risk: 'destructive',
  parameters: Forget,
  since: '2.54',
  requires: ['serial'],
  idempotent: false,
  expects: 'sync',
  observe: serialOf,
  start: async (client, how) => {
    await client.model.forgetSerial(how);
    return nothingToFollow;
  },
  verify: async (client, _parameters, { before }) =>
    (await serialOf(client)) === before ? notVerified('the device still has the serial it had', null) : verified(null),
});

async function serialOf(client: SnapdClient): Promise<string | null> {
  try {
    return await client.model.serial();
  } catch (error) {
    if (error instanceof SnapdError && error.kind === 'assertion-not-found') return null;
    throw error;
  }
}
