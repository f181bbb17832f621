import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { OperationList } from '@corefleet/contracts/http';
import { Requires } from '../access/declarations';
import { operationViews } from './operation-views';

class OperationListDto extends createZodDto(OperationList) {}

@ApiTags('operations')
@Controller('v1/operations')
export class OperationsController {
  private readonly views = operationViews();

  /** What can be asked of devices, with the schema of each operation's parameters. */
  @Get()
  @Requires('viewer')
  @ZodResponse({ type: OperationListDto })
  list() {
    return { items: this.views };
  }
}
