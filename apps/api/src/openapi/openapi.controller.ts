import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController, type OpenAPIObject } from '@nestjs/swagger';
import { Public } from '../access/declarations';
import { ApiDocument } from './api-document';

@ApiExcludeController()
@Controller('v1/openapi.json')
export class OpenApiController {
  constructor(private readonly document: ApiDocument) {}

  @Get()
  @Public('describes the API and holds nothing of the fleet')
  get(): OpenAPIObject {
    return this.document.get();
  }
}
