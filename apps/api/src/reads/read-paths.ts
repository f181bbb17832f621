import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { aboutOf, operations, type Operation } from '@corefleet/operations';

/** Where the reads of one device are; `{id}` is a name of snapd's. */
const READS_PATH = '/v1/devices/{device}/snapd';

type Paths = OpenAPIObject['paths'];
type Parameters = NonNullable<NonNullable<Paths[string]['get']>['parameters']>;

/** Each read of the catalogue as a path of the API's description: the one route that serves them all cannot say it. */
export function readPaths(): Paths {
  const reads = operations.flatMap((operation) => (operation.read ? [{ operation, path: operation.read.path }] : []));
  const follows = operations.flatMap((operation) =>
    operation.follows ? [{ operation, path: operation.follows.path }] : [],
  );
  const once = Object.fromEntries(reads.map(({ operation, path }) => [READS_PATH + path, pathOf(operation, path)]));
  return {
    ...once,
    ...Object.fromEntries(follows.map(({ operation, path }) => [READS_PATH + path, followed(operation, path)])),
  };
}

function pathOf(operation: Operation, path: string) {
  return {
    get: {
      operationId: `Reads.${operation.name}`,
      summary: aboutOf(operation).title,
      description: describe(operation, path),
      tags: ['reads'],
      security: [{ bearer: [] }],
      parameters: parametersOf(operation, path),
      responses: { '200': { description: 'What snapd said', content: { 'application/json': { schema: ANSWER } } } },
      'x-requires-role': operation.read?.sensitive ? 'admin' : 'viewer',
    },
  };
}

/** The same path is read once, or followed. */
function followed(operation: Operation, path: string) {
  const { get } = pathOf(operation, path);
  const follow = { name: 'follow', in: 'query', required: false, schema: { type: 'boolean' } } as const;
  const [read] = Object.values(get.responses);
  const stream = { schema: { type: 'string' as const } };
  const description = 'What snapd said; followed, a stream whose last record tells why it ended';
  const content = { ...read?.content, 'application/json-seq': stream, 'text/event-stream': stream };
  const parameters = [...get.parameters, follow];
  return { get: { ...get, parameters, responses: { '200': { description, content } } } };
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

function describe({ read, storesArtifacts }: Operation, path: string): string {
  return [
    `Asks the device's snapd: GET ${path}.`,
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
