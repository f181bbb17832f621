import { z } from 'zod';
import type { OperationView } from '@corefleet/contracts/http';
import { OPERATIONS } from '@corefleet/operations';

/** The catalogue with JSON schemas of what callers send; what a schema of JSON cannot say is left to the check itself. */
export function operationViews(): OperationView[] {
  return OPERATIONS.map(({ name, title, risk, parameters }) => ({
    name,
    title,
    risk,
    parameters: z.toJSONSchema(parameters, { io: 'input', unrepresentable: 'any' }),
  }));
}
