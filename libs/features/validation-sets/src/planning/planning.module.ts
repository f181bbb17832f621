import { Module } from '@nestjs/common';
import { ValidationSetPlanner } from './validation-set-planner';

/** The planner of validation sets alone: it needs nothing of whom the server trusts. */
@Module({ providers: [ValidationSetPlanner], exports: [ValidationSetPlanner] })
export class ValidationSetPlanningModule {}
