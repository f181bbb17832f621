import type { RolloutDoes } from '@corefleet/contracts/http';

/** Parameters that name what an operation works on; the others say what becomes of it. */
const NAMING = ['snap', 'snaps', 'validation-set', 'name', 'alias', 'group-name', 'plug', 'slot'];

/** Pure: what a rollout works on. Of two rollouts with the same subject the newer one makes the older one needless. */
export function subjectOf(does: RolloutDoes): string {
  if ('validationSet' in does) return `validation set ${does.validationSet.set}`;
  if ('recoverySystem' in does) return 'recovery system';
  const named = does.steps.map(({ operation, parameters }) => [
    operation,
    NAMING.map((name) => nameIn(parameters[name])),
  ]);
  return `steps ${JSON.stringify(named)}`;
}

/** `acme/base=14` names the set acme/base; the order of several names says nothing. */
function nameIn(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/=\d+$/, '');
  return Array.isArray(value) ? [...(value as unknown[])].map(nameIn).sort() : (value ?? null);
}
