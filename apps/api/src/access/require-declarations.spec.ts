import { Controller, Get, Module, Post } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner, NestFactory } from '@nestjs/core';
import { Public, Requires } from './declarations';
import { requireDeclarations } from './require-declarations';

@Controller('v1/good')
class GoodController {
  @Get()
  @Requires('viewer')
  list(): string {
    return '';
  }

  @Get('open')
  @Public('says nothing')
  open(): string {
    return '';
  }

  helper(): string {
    return '';
  }
}

@Controller('v1/bad')
class BadController {
  @Get()
  list(): string {
    return '';
  }

  @Post(':id')
  act(): string {
    return '';
  }
}

@Module({ imports: [DiscoveryModule], controllers: [GoodController] })
class GoodModule {}

@Module({ imports: [DiscoveryModule], controllers: [GoodController, BadController] })
class BadModule {}

async function check(module: object): Promise<void> {
  const context = await NestFactory.createApplicationContext(module as never, { logger: false });
  try {
    requireDeclarations(context.get(DiscoveryService), context.get(MetadataScanner));
  } finally {
    await context.close();
  }
}

describe('requireDeclarations', () => {
  it('lets an app start whose routes all say who may use them', async () => {
    await expect(check(GoodModule)).resolves.toBeUndefined();
  });

  it('names every route that does not', async () => {
    await expect(check(BadModule)).rejects.toThrow(
      'GET /v1/bad (BadController.list)\n  POST /v1/bad/:id (BadController.act)',
    );
  });
});
