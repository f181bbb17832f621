import { findOperation, operations } from '@corefleet/operations';

/** Whether what the operation shows is secret or personal: for who asks alone, and kept in no view. */
export const isSensitive = (operation: string): boolean => findOperation(operation)?.read?.sensitive ?? false;

/** Names of every operation whose result is not kept. */
export const SENSITIVE_OPERATIONS: readonly string[] = operations.flatMap(({ name, read }) =>
  read?.sensitive ? [name] : [],
);
