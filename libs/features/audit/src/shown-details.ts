import { shownParameters } from '@corefleet/operations';

/**
 * Details of an entry as they may be shown: parameters without their secrets, of whichever operation stands beside them, at
 * any depth. The entry itself keeps them, because the signer compares an order with it.
 */
export function shownDetails(details: unknown): unknown {
  if (Array.isArray(details)) return details.map(shownDetails);
  if (typeof details !== 'object' || details === null) return details;
  const { operation, parameters, ...rest } = details as { operation?: unknown; parameters?: unknown };
  const shown = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, shownDetails(value)]));
  if (parameters === undefined) return { ...(operation !== undefined && { operation }), ...shown };
  return {
    ...(operation !== undefined && { operation }),
    ...shown,
    parameters: shownParameters(String(operation), parameters),
  };
}
