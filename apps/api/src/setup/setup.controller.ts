import { Body, Controller, Get, Header, HttpCode, Post } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { SetupRequest } from '@corefleet/contracts/http';
import { SetupService } from '@corefleet/features/access';
import { Public } from '../access/declarations';
import { Source } from '../access/parameters';
import { SETUP_PAGE, SETUP_PAGE_POLICY } from './setup-page';

class SetupRequestDto extends createZodDto(SetupRequest) {}

@ApiTags('access')
@Controller()
export class SetupController {
  constructor(private readonly setup: SetupService) {}

  @Get('setup')
  @Public('the page holds nothing: the token is in the fragment of the link')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', SETUP_PAGE_POLICY)
  page(): string {
    return SETUP_PAGE;
  }

  /** Makes the first admin with the token of the one-time link. */
  @Post('v1/setup')
  @Public('the one-time token decides, while there is nobody yet')
  @HttpCode(204)
  async complete(@Body() { token, username, password }: SetupRequestDto, @Source() source: string): Promise<void> {
    await this.setup.completeSetup(token, username, password, source);
  }
}
