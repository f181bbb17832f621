import { z } from 'zod';
import type { OperationView } from '@corefleet/contracts/http';
import { operations } from '@corefleet/operations';

/** The catalogue with JSON schemas of what callers send; what a schema of JSON cannot say is left to the check itself. */
export function operationViews(): OperationView[] {
  return operations.map(({ name, title, risk, parameters }) => ({
    name,
    title,
    risk,
    parameters: z.toJSONSchema(parameters, { io: 'input', unrepresentable: 'any' }),
  }));
}
