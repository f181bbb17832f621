import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { operations, type Operation } from '@corefleet/operations';

/** Where the reads of one device are; `{id}` is a name of snapd's. */
const READS_PATH = '/v1/devices/{device}/snapd';

type Paths = OpenAPIObject['paths'];
type Parameters = NonNullable<NonNullable<Paths[string]['get']>['parameters']>;

/** Each read of the catalogue as a path of the API's description: the one route that serves them all cannot say it. */
export function readPaths(): Paths {
  const reads = operations.flatMap((operation) => (operation.read ? [{ operation, read: operation.read }] : []));
  return Object.fromEntries(
    reads.map(({ operation, read }) => [
      READS_PATH + read.path,
      {
        get: {
          operationId: `Reads.${operation.name}`,
          summary: operation.title,
          description: describe(operation),
          tags: ['reads'],
          security: [{ bearer: [] }],
          parameters: parametersOf(operation, read.path),
          responses: { '200': { description: 'What snapd said', content: { 'application/json': { schema: ANSWER } } } },
          'x-requires-role': read.sensitive ? 'admin' : 'viewer',
        },
      },
    ]),
  );
}

const ANSWER = {
  type: 'object' as const,
  required: ['command', 'result'],
  properties: {
    command: {
      type: 'object' as const,
      required: ['id', 'operation'],
      properties: { id: { type: 'string' as const, format: 'uuid' }, operation: { type: 'string' as const } },
    },
    result: {},
  },
};

function describe({ read, storesArtifacts }: Operation): string {
  return [
    `Asks the device's snapd: GET ${read?.path}.`,
    ...(storesArtifacts ? ['The answer is a file: it is stored as an artifact, and the result names it.'] : []),
    ...(read?.sensitive ? ['Shown once, to who asks, and kept nowhere.'] : []),
  ].join(' ');
}

function parametersOf({ parameters }: Operation, path: string): Parameters {
  const { properties = {}, required = [] } = z.toJSONSchema(parameters, { io: 'input', unrepresentable: 'any' });
  const own = Object.entries(properties).map(([name, schema]) => {
    const where = path.includes(`{${name}}`) ? 'path' : 'query';
    return { name, in: where, required: where === 'path' || required.includes(name), schema, explode: false };
  });
  return [
    { name: 'device', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
    ...own,
  ] as Parameters;
}
