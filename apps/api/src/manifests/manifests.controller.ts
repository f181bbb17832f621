import { Body, Controller, Post } from '@nestjs/common';
import { ApiConsumes, ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { Manifest, ManifestChanges } from '@corefleet/contracts/http';
import type { Orderer } from '@corefleet/features/rollouts';
import { ManifestsService } from '@corefleet/features/manifests';
import { Requires } from '../access/declarations';
import { CurrentOrderer } from '../access/parameters';

class ManifestDto extends createZodDto(Manifest) {}
class ManifestChangesDto extends createZodDto(ManifestChanges) {}

/** Groups, schedules, policies and rollouts as a file says they should be. */
@ApiTags('manifests')
@ApiConsumes('application/json', 'application/yaml')
@Controller('v1/manifests')
export class ManifestsController {
  constructor(private readonly manifests: ManifestsService) {}

  /** What applying would change; nothing is written. */
  @Post('diff')
  @Requires('operator')
  @ZodResponse({ status: 200, type: ManifestChangesDto })
  async diff(@CurrentOrderer() orderer: Orderer, @Body() { documents }: ManifestDto) {
    return { changes: await this.manifests.diff(orderer, documents) };
  }

  /** Brings it there. Refused whole when one document is; applied again it changes nothing. */
  @Post('apply')
  @Requires('operator')
  @ZodResponse({ status: 200, type: ManifestChangesDto })
  async apply(@CurrentOrderer() orderer: Orderer, @Body() { documents }: ManifestDto) {
    return { changes: await this.manifests.apply(orderer, documents) };
  }
}
