import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { InvalidRequestError } from '@corefleet/platform/errors';

const WHERE = { body: 'body', query: 'query', param: 'path', custom: 'request' } as const;

/**
 * Reads body, query and path by the schema of the handler's parameter type.
 * @throws InvalidRequestError listing every wrong field at once
 */
@Injectable()
export class RequestPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type === 'custom') return value;
    const schema = schemaOf(metatype);
    if (schema === undefined) throw new Error(`cannot read the ${WHERE[type]}: the handler's parameter has no schema`);
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw invalid(WHERE[type], parsed.error);
  }
}

/** @param where used for what is wrong with the whole, which has no path */
function invalid(where: string, error: z.core.$ZodError): InvalidRequestError {
  const problems = error.issues.map(({ path, message }) => ({ field: path.join('.') || where, message }));
  const fields = [...new Set(problems.map(({ field }) => field))];
  return new InvalidRequestError(`cannot read the request: wrong ${fields.join(', ')}`, problems);
}

interface Schema {
  safeParse(value: unknown): { success: true; data: unknown } | { success: false; error: z.core.$ZodError };
}

function schemaOf(metatype: unknown): Schema | undefined {
  return typeof metatype === 'function' && 'schema' in metatype ? (metatype.schema as Schema) : undefined;
}
