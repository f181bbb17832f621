import type { DeviceKind } from './device-kind';
import { startReal } from './real';
import { startSimulated } from './simulated';
import { Subject } from './subject';
import { isReal, simulatedVersion, type SubjectId } from './which';

/** Starts the snapd that the environment has chosen, with a device of its own. */
export async function startSubject(id: SubjectId, device: DeviceKind): Promise<Subject> {
  return new Subject(id, isReal(id) ? await startReal(id) : await startSimulated(simulatedVersion(id), device));
}
