import { shownParameters } from '@corefleet/operations';

/**
 * Details of an entry as they may be shown: an order's parameters without their secrets. The entry itself keeps them,
 * because the signer compares an order with it.
 */
export function shownDetails(details: unknown): unknown {
  if (typeof details !== 'object' || details === null || !('parameters' in details)) return details;
  const { operation, parameters } = details as { operation?: unknown; parameters: unknown };
  return { ...details, parameters: shownParameters(String(operation), parameters) };
}
