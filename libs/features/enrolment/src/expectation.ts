import type { ErasingCommand } from '@corefleet/features/commands';

/** Why a device may come with another key while the one it has is good. */
export type Expectation =
  /** A command that erases the agent is under way. */
  | { readonly kind: 'ordered'; readonly commandId: string }
  /** A person said so. */
  | { readonly kind: 'allowed' };

/**
 * Whether a device is expected back with another key now.
 * An order counts from its acceptance to its deadline: before, the device cannot have been reset by it, and after, it
 * waits for a person as every key does that nobody expects.
 * @param device until when a person allows it; null for not at all
 * @param orders accepted commands that erase the agent, oldest first
 */
export function expectationOf(
  device: { readonly reEnrolUntil: Date | null },
  orders: readonly ErasingCommand[],
  now: Date,
): Expectation | undefined {
  const due = orders.find(
    ({ acceptedAt, deadlineSeconds }) => acceptedAt.getTime() + deadlineSeconds * 1000 > now.getTime(),
  );
  if (due) return { kind: 'ordered', commandId: due.id };
  return device.reEnrolUntil && device.reEnrolUntil > now ? { kind: 'allowed' } : undefined;
}
