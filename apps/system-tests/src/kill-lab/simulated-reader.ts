import type { SimulatedSnapd } from '@corefleet/snapd-simulator';
import type { SnapdReader } from './snapd-rows';

/** Asks a simulated snapd over a connection of the test's own. */
export function readerOf(snapd: SimulatedSnapd): SnapdReader {
  return { read: async <Result>(path: string) => (JSON.parse(await ask(snapd, path)) as { result: Result }).result };
}

/** Which device it is, as its serial assertion says. */
export async function serialOf(snapd: SimulatedSnapd): Promise<string> {
  return /^serial: (.+)$/m.exec(await ask(snapd, '/v2/model/serial'))?.[1] ?? '';
}

async function ask(snapd: SimulatedSnapd, path: string): Promise<string> {
  const transport = snapd.transport();
  const answer = await transport.request({ method: 'GET', path });
  const text = await answer.text();
  transport.close();
  return text;
}
