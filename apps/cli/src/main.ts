#!/usr/bin/env node
import { Command } from 'commander';
import { auditCommand } from './audit/audit.command';
import { EXIT, saidOf } from './exit';

const program = new Command('corefleet')
  .description('A fleet of Ubuntu Core devices, from a terminal')
  .exitOverride()
  .addCommand(auditCommand());

void program.parseAsync().catch((error: unknown) => {
  const { code, text } = saidOf(error);
  if (text !== undefined) process.stderr.write(`${text}\n`);
  process.exitCode = code ?? EXIT.failed;
});
