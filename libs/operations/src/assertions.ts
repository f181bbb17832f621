import * as z from 'zod/mini';
import type { ArtifactReference } from './artifact';
import { lookupOf, parseAssertions, type AssertionHeaders } from './assertion-text';
import { worded } from './fields';
import type { OperationContext } from './operation';
import type { SnapdClient } from '@corefleet/snapd-client';

/** Texts of assertions are small; what is larger than this many bytes is none. */
const MOST_BYTES = 4 * 1024 * 1024;

/** One assertion or several as text, in the grammar snapd reads. */
export const assertionText = z.string().check(
  z.maxLength(64 * 1024),
  worded((text) => {
    const parsed = parseAssertions(text);
    return parsed.kind === 'malformed' ? `cannot decode assertion: ${parsed.problem}` : undefined;
  }),
);

/** The text of an assertion of that type, alone. */
export const assertionOf = (type: string) =>
  assertionText.check(
    worded((text) => {
      const parsed = parseAssertions(text);
      const types = parsed.kind === 'assertions' ? parsed.assertions.map((headers) => headers.type) : [type];
      return types.length === 1 && types[0] === type
        ? undefined
        : `expected one ${type} assertion, not ${types.join(', ')}`;
    }),
  );

/**
 * The texts of assertions that are files of the server, each checked.
 * @throws when a file is no text of assertions, naming it
 */
export async function fetchAssertions(
  context: OperationContext,
  references: readonly ArtifactReference[] = [],
): Promise<string[]> {
  const texts: string[] = [];
  for (const reference of references) {
    const text = await fetchText(context, reference);
    const parsed = parseAssertions(text);
    if (parsed.kind === 'malformed')
      throw new Error(`cannot decode assertion in "${reference.name}": ${parsed.problem}`);
    texts.push(text);
  }
  return texts;
}

async function fetchText(context: OperationContext, reference: ArtifactReference): Promise<string> {
  if (reference.size > MOST_BYTES) throw new Error(`cannot read assertions from "${reference.name}": it is too large`);
  const artifact = await context.fetchArtifact(reference);
  const pieces: Uint8Array[] = [];
  for await (const piece of artifact.open()) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** The first assertion of a text that the device does not have; undefined when it has them all. */
export async function missingAssertion(client: SnapdClient, text: string): Promise<AssertionHeaders | undefined> {
  const parsed = parseAssertions(text);
  for (const headers of parsed.kind === 'assertions' ? parsed.assertions : []) {
    const { texts } = await client.assertions.list(headers.type ?? '', { headers: lookupOf(headers) });
    if (texts.length === 0) return headers;
  }
  return undefined;
}
