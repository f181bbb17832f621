import * as z from 'zod/mini';
import { AgentFrame, ReportItem } from '@corefleet/contracts/device-protocol';
import type { PoisonItem } from './messages';

/** The part of a hello that may never change, so that an agent of any age can be told it is not spoken with. */
const Offer = z.object({
  type: z.literal('hello'),
  protocols: z.array(z.int()).check(z.minLength(1), z.maxLength(64)),
});
const Numbered = z.object({ n: z.int().check(z.positive()) });

export type ParsedFrame =
  | { readonly kind: 'frame'; readonly frame: AgentFrame }
  | { readonly kind: 'not-spoken'; readonly protocols: readonly number[]; readonly hello: HelloOrNothing }
  | { readonly kind: 'bad'; readonly reason: string };

type HelloOrNothing = Extract<AgentFrame, { type: 'hello' }> | undefined;

/** Reads one text frame; never throws, and quotes nothing of the content. */
export function parseFrame(text: string, spokenProtocols: readonly number[]): ParsedFrame {
  const value = parseJson(text);
  if (value === undefined) return { kind: 'bad', reason: 'cannot read frame: not JSON' };
  const parsed = AgentFrame.safeParse(value);
  const protocols = parsed.success && parsed.data.type !== 'hello' ? undefined : Offer.safeParse(value).data?.protocols;
  if (protocols && !protocols.some((protocol) => spokenProtocols.includes(protocol))) {
    return {
      kind: 'not-spoken',
      protocols,
      hello: parsed.success && parsed.data.type === 'hello' ? parsed.data : undefined,
    };
  }
  if (parsed.success) return { kind: 'frame', frame: parsed.data };
  return { kind: 'bad', reason: `cannot read frame: ${wrongFields(parsed.error)}` };
}

/** One item of a report: good, poison (its number is known, so it can be acknowledged), or without even a number. */
export function parseItem(value: unknown): { good: ReportItem } | { poison: PoisonItem } | undefined {
  const parsed = ReportItem.safeParse(value);
  if (parsed.success) return { good: parsed.data };
  const numbered = Numbered.safeParse(value);
  if (!numbered.success) return undefined;
  return { poison: { n: numbered.data.n, reason: `cannot read item: ${wrongFields(parsed.error)}`, item: value } };
}

const MOST_FIELDS = 5;
const FIELD_LENGTH = 120;

function wrongFields(error: z.core.$ZodError): string {
  const fields = error.issues
    .slice(0, MOST_FIELDS)
    .map((issue) => issue.path.map(String).join('.').slice(0, FIELD_LENGTH) || 'the whole');
  return `${fields.join(', ')} is not as the protocol says`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
