import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { EnrolAnswer, EnrolRequest } from '@corefleet/contracts/http';
import { AttemptCounter } from '@corefleet/features/access';
import { EnrolmentService } from '@corefleet/features/enrolment';
import { Public } from '../access/declarations';
import { Source } from '../access/parameters';
import type { ApiConfig } from '../config';
import { API_CONFIG } from '../providers';

class EnrolRequestDto extends createZodDto(EnrolRequest) {}
class EnrolAnswerDto extends createZodDto(EnrolAnswer) {}

const WINDOW_SECONDS = 60;

/** The one request of a device that has no identity yet. */
@ApiTags('enrolment')
@Controller('v1/device')
export class EnrolController {
  constructor(
    private readonly enrolment: EnrolmentService,
    private readonly attempts: AttemptCounter,
    @Inject(API_CONFIG) private readonly config: ApiConfig,
  ) {}

  @Post('enrol')
  @Public('the enrolment token decides, and attempts are bounded for each source')
  @ZodResponse({ status: 200, type: EnrolAnswerDto })
  async enrol(@Body() request: EnrolRequestDto, @Source() source: string) {
    const most = this.config.COREFLEET_ENROLMENTS_PER_MINUTE;
    await this.attempts.count({ name: 'enrol', most, windowSeconds: WINDOW_SECONDS, what: 'enrol' }, source);
    return this.enrolment.enrol(request, source);
  }
}
