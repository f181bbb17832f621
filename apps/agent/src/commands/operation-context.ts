import type { OperationContext } from '@corefleet/operations';
import type { CommandArtifacts } from '../artifacts/artifact-store';

/** What an operation of one command may use besides snapd. */
export function operationContext(
  artifacts: CommandArtifacts,
  readBootId: OperationContext['readBootId'],
): OperationContext {
  return {
    readBootId,
    fetchArtifact: (reference) => artifacts.fetch(reference),
    storeArtifact: (name, content) => artifacts.store(name, content),
  };
}
