import type { FastifyInstance } from 'fastify';
import { readYaml } from '@corefleet/features/manifests';

/** RFC 9512, and what came before it. */
export const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml'];

/** Reads a body of YAML as the list of its documents: another spelling of the JSON body `{documents: [...]}`. */
export function takeYaml(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(YAML_TYPES, { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, { documents: readYaml(String(text)) });
    } catch (error) {
      done(error as Error);
    }
  });
}
