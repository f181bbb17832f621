import { findOperation, operations } from '@corefleet/operations';

/** Whether what the operation reads is shown to who asks for it alone, and kept nowhere. */
export const isSensitive = (operation: string): boolean => findOperation(operation)?.read?.sensitive ?? false;

/** Names of every operation whose result is not kept. */
export const SENSITIVE_OPERATIONS: readonly string[] = operations.flatMap(({ name, read }) =>
  read?.sensitive ? [name] : [],
);
