import { SnapdError, type SnapdClient } from '@corefleet/snapd-client';

/** Until when all auto-refreshes are held: `forever`, a time, or undefined for not at all. */
export async function observeSystemHold(client: SnapdClient): Promise<string | undefined> {
  try {
    const { 'refresh.hold': hold } = await client.conf.get('system', ['refresh.hold']);
    return typeof hold === 'string' && hold !== '' ? hold : undefined;
  } catch (error) {
    if (error instanceof SnapdError && error.kind === 'option-not-found') return undefined;
    throw error;
  }
}
