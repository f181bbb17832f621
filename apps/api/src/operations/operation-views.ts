import { z } from 'zod';
import type { OperationView } from '@corefleet/contracts/http';
import { aboutOf, isSecret, operations, secretPaths, type Operation } from '@corefleet/operations';

/** The catalogue as callers see it. */
export const operationViews = (): OperationView[] => operations.map(operationView);

function operationView(operation: Operation): OperationView {
  const { name, risk, parameters, since, requires, undoneBy, read } = operation;
  const { title, final = 'it changes nothing' } = aboutOf(operation);
  return {
    ...{ name, title, risk, requires: [...requires] },
    ...(since !== undefined && { since }),
    ...(read && { read: { path: read.path, sensitive: read.sensitive } }),
    undo: undoneBy.length > 0 ? { by: [...undoneBy] } : { none: final },
    secrets: secretPaths(parameters),
    parameters: schemaOf(parameters),
  };
}

/** What a schema of JSON cannot say is left to the check itself. */
function schemaOf(parameters: Operation['parameters']): Record<string, unknown> {
  return z.toJSONSchema(parameters, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (isSecret(zodSchema)) jsonSchema.writeOnly = true;
    },
  });
}
