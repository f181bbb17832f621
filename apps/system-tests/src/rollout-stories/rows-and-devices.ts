import { findOperation } from '@corefleet/operations';
import type { ClosedLoop } from '@corefleet/testing/closed-loop-fleet';
import { AT_13, AT_14, shownBy, type Shown } from './what-devices-show';

/** What a device must show whose target ended so; undefined when its end does not tell. */
function wantedOf(phase: string, state: string, late: string | null): Shown | undefined {
  const succeeded = state === 'succeeded' || late === 'late-success';
  if (phase === 'rollback') return succeeded || state === 'skipped' ? AT_13 : undefined;
  return succeeded ? AT_14 : AT_13;
}

/** Compares each target of the rollout with what its device shows. @returns those that differ, in words */
export async function differences({ server, devices }: ClosedLoop, rolloutId: string): Promise<string[]> {
  const targets = await server.owner.prisma.rolloutTarget.findMany({ where: { rolloutId } });
  const byId = new Map(devices.map((device) => [device.deviceId, device]));
  const found: string[] = [];
  for (const { deviceId, phase, state, late, cause } of targets) {
    const device = byId.get(deviceId);
    if (!device) throw new Error(`cannot compare: target ${deviceId} is no device of the story`);
    const [wanted, shown] = [wantedOf(phase, state, late), await shownBy(device)];
    const differs = wanted === undefined || JSON.stringify(wanted) !== JSON.stringify(shown);
    if (differs) found.push(`${device.serial}: ${phase} ${state} (${cause}), shows ${JSON.stringify(shown)}`);
  }
  return found;
}

/** Requests that must leave once for each command and left more often, in words. */
export async function sentTwice({ server, devices }: ClosedLoop): Promise<string[]> {
  const commands = await server.owner.prisma.command.findMany({
    select: { id: true, operation: true, parameters: true },
  });
  const once = new Set(
    commands.flatMap(({ id, operation, parameters }) => {
      const preparation = findOperation(operation)?.prepare(parameters);
      return preparation?.kind === 'prepared' && !preparation.operation.idempotent ? [id] : [];
    }),
  );
  return devices.flatMap(({ serial, asked }) => {
    const ids = asked.requests.flatMap(({ commandId }) =>
      commandId !== undefined && once.has(commandId) ? [commandId] : [],
    );
    return ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${serial}: ${id}`);
  });
}

/** Requests that left for a device's snapd outside of any command. */
export const unordered = ({ devices }: ClosedLoop): string[] =>
  devices.flatMap(({ serial, asked }) =>
    asked.requests
      .filter(({ commandId }) => commandId === undefined)
      .map(({ method, path }) => `${serial}: ${method} ${path}`),
  );
