import type { Provider, Type } from '@nestjs/common';
import { MANIFEST_KINDS, ManifestsService, type ManifestKind } from '@corefleet/features/manifests';
import { GroupKind } from './kinds/group.kind';
import { FleetLimitsKind, SiteLimitsKind } from './kinds/limits.kind';
import { RecoveryPolicyKind } from './kinds/recovery-policy.kind';
import { RolloutKind } from './kinds/rollout.kind';
import { ScheduleKind } from './kinds/schedule.kind';

/** In the order in which they are applied: what others name comes first. */
const KINDS: Type[] = [FleetLimitsKind, SiteLimitsKind, GroupKind, ScheduleKind, RecoveryPolicyKind, RolloutKind];

/** The kinds of things that manifests describe here, and the service that applies them. */
export const MANIFESTS: Provider[] = [
  ManifestsService,
  ...KINDS,
  { provide: MANIFEST_KINDS, useFactory: (...kinds: ManifestKind[]): ManifestKind[] => kinds, inject: KINDS },
];
