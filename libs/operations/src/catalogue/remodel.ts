import * as z from 'zod/mini';
import { lookupOf, parseAssertions } from '../assertion-text';
import { assertionOf, fetchAssertions } from '../assertions';
import { flag } from '../fields';
import { artifactReferences, fetchFiles, openFiles } from '../files';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf } from '../starting';

const Parameters = z
  .strictObject({
    /** Text of the model assertion. */
    'new-model': assertionOf('model'),
    /** Only from what the device has. */
    offline: flag,
    /** Snaps and components that were uploaded to the server: the device asks no store then. */
    snaps: artifactReferences,
    /** Their assertions. */
    assertions: artifactReferences,
  })
  .check(
    z.refine((p) => !(p.offline === false && (p.snaps ?? p.assertions)), 'a remodel from files is always made offline'),
  );

/** Makes the device one of another model, or of another revision of its own. */
export const remodel = defineOperation<z.infer<typeof Parameters>>({
  name: 'remodel',
  risk: 'disruptive',
  parameters: Parameters,
  requires: ['serial'],
  idempotent: false,
  expects: 'change',
  reboots: 'may',
  artifacts: ({ snaps = [], assertions = [] }) => [...snaps, ...assertions],
  observe: (_client, { snaps, assertions }, context) => fetchFiles(context, snaps, assertions),
  start: async (client, { 'new-model': model, offline, snaps, assertions }, context) => {
    if (!snaps && !assertions) return changeOf(await client.model.remodel(model, { offline }));
    const texts = await fetchAssertions(context, assertions);
    const files = { assertions: texts, snaps: await openFiles(context, snaps) };
    return changeOf(await client.model.remodelFromFiles(model, files));
  },
  // snapd overlord/devicestate: `Remodel device to brand/model (1)`, `Refresh model assertion from revision 0 to 1`.
  matches: ({ kind, summary }, { 'new-model': model }) => {
    const { 'brand-id': brand, model: name, revision } = headersOf(model);
    const [own, other] = [` to ${revision ?? 0}`, ` to ${brand}/${name} (${revision ?? 0})`];
    return kind === 'remodel' && (summary.endsWith(other) || (summary.startsWith('Refresh') && summary.endsWith(own)));
  },
  verify: async (client, { 'new-model': model }) => {
    const wanted = headersOf(model);
    const { headers: shown } = await client.model.json();
    const names = [...Object.keys(lookupOf(wanted)), 'revision'];
    const result = Object.fromEntries(names.map((name) => [name, shown[name]]));
    const differs = names.find((name) => (shown[name] ?? '0') !== (wanted[name] ?? (name === 'series' ? '16' : '0')));
    return differs ? notVerified(`the model's ${differs} is not that of the new one`, result) : verified(result);
  },
});

function headersOf(text: string) {
  const parsed = parseAssertions(text);
  return (parsed.kind === 'assertions' ? parsed.assertions[0] : undefined) ?? {};
}
