import type { ArtifactReader } from '@corefleet/features/artifacts';
import type { Actor } from '@corefleet/features/audit';

/** Who orders or approves a rollout. */
export interface Orderer extends ArtifactReader {
  /** Id of the user: the same for a session and for the tokens of one person, unlike the actor's. */
  readonly personId: string;
  /** How people call that user. */
  readonly personName: string;
  /** The schedule or policy that orders in the name of that user: the audit says that it was not the user. */
  readonly through?: Actor;
}
