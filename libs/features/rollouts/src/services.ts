import type { AuditService } from '@corefleet/features/audit';
import type { Ids } from '@corefleet/platform/clock';

/** What a step of a rollout needs besides its transaction. */
export interface Services {
  readonly audit: AuditService;
  readonly ids: Ids;
}
