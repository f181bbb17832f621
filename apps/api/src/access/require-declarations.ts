import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ACCESS } from './declarations';

/**
 * Looks at every route of every controller before the first request.
 * @throws Error naming each route that declares neither @Requires nor @Public
 */
export function requireDeclarations(discovery: DiscoveryService, scanner: MetadataScanner): void {
  const open = discovery.getControllers().flatMap(({ metatype }) => (metatype ? undeclared(metatype, scanner) : []));
  if (open.length === 0) return;
  throw new Error(
    `cannot start: these routes declare neither @Requires nor @Public\n${open.map((name) => `  ${name}`).join('\n')}`,
  );
}

function undeclared(controller: object, scanner: MetadataScanner): string[] {
  const { name, prototype } = controller as { name: string; prototype: Record<string, object> };
  return scanner.getAllMethodNames(prototype).flatMap((method) => {
    const handler = prototype[method] as object;
    const path: unknown = Reflect.getMetadata(PATH_METADATA, handler);
    if (path === undefined || Reflect.hasMetadata(ACCESS, handler)) return [];
    const verb = RequestMethod[Number(Reflect.getMetadata(METHOD_METADATA, handler))];
    const at = [Reflect.getMetadata(PATH_METADATA, controller), path].filter((part) => part !== '/').join('/');
    return [`${verb} /${at} (${name}.${method})`];
  });
}
