import * as z from 'zod/mini';

/** What this device refuses to do whoever orders it. */
export const LocalPolicy = z.strictObject({
  /** Names in the catalogue of operations. */
  deniedOperations: z._default(z.array(z.string()), []),
  deniedRisks: z._default(z.array(z.enum(['read', 'reversible', 'disruptive', 'destructive'])), ['destructive']),
});
export type LocalPolicy = z.infer<typeof LocalPolicy>;

export const DEFAULT_POLICY: LocalPolicy = { deniedOperations: [], deniedRisks: ['destructive'] };

/** Why the policy refuses the operation, in words; undefined when it does not. */
export function policyRefusal(policy: LocalPolicy, operation: { name: string; risk: string }): string | undefined {
  if (policy.deniedOperations.includes(operation.name))
    return `the device's local policy denies operation "${operation.name}"`;
  if (policy.deniedRisks.some((risk) => risk === operation.risk))
    return `the device's local policy denies ${operation.risk} operations, "${operation.name}" is one`;
  return undefined;
}
