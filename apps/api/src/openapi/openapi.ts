import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { cleanupOpenApiDoc } from 'nestjs-zod';
import { z } from 'zod';
import { Problem, PROBLEM_TYPE } from '@corefleet/contracts/http';
import { readPaths } from '../reads/read-paths';

const METHODS = ['get', 'post', 'patch', 'delete', 'put'] as const;

/** The API's description, made of the schemas that check each request and write each answer. */
export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const head = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Corefleet')
    .setDescription('Fleet orchestration for Ubuntu Core. Log in at POST /v1/login and send the token as a bearer.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer' });
  const scanned = SwaggerModule.createDocument(app, head.build(), {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  const document = cleanupOpenApiDoc(scanned, { version: '3.1' });
  return withProblems({ ...document, paths: { ...document.paths, ...readPaths() } });
}

/** Every operation may answer with a problem. */
function withProblems(document: OpenAPIObject): OpenAPIObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(Problem);
  const content = { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } };
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation)
        operation.responses = { ...operation.responses, default: { description: 'What went wrong', content } };
    }
  }
  const schemas = { ...document.components?.schemas, Problem: schema as object };
  return { ...document, components: { ...document.components, schemas } };
}

/** Serves the explorer from files of this machine alone. */
export function serveExplorer(app: NestFastifyApplication, document: OpenAPIObject): void {
  SwaggerModule.setup('explorer', app, document, {
    raw: false,
    customSiteTitle: 'Corefleet API',
    swaggerOptions: { persistAuthorization: false, validatorUrl: null },
  });
}
