import { Command } from 'commander';
import { exportAudit, type ExportArguments } from './export-audit';
import { verifyAudit, type VerifyArguments } from './verify-audit';

/** `corefleet audit`: take the log out, and prove it. */
export function auditCommand(): Command {
  const audit = new Command('audit')
    .exitOverride()
    .description('Export the audit, and prove it against kept checkpoints');
  audit
    .command('export')
    .description('Writes the sealed entries to standard output, a JSON line each; secrets are left out')
    .requiredOption('--server <url>', 'address of the API')
    .requiredOption('--token-file <file>', 'file with a token of a person with role auditor')
    .option('--against <paths...>', 'ends with the last entry that these kept checkpoints know')
    .option('--action <action>', 'only entries of this action, for example rollout.approve')
    .option('--subject <id>', 'only entries about this thing')
    .option('--actor <id>', 'only entries of this person, token, schedule, device or process')
    .option('--since <time>', 'only entries from this time on, for example 2026-05-03T00:00:00Z')
    .option('--until <time>', 'only entries before this time')
    .action((options: ExportArguments) => exportAudit(options, process.stdout));
  audit
    .command('verify')
    .description('Proves an export, offline: 0 proven, 1 tampered with, 2 cannot tell, 3 not all of it is proven')
    .argument('<file>', 'what `corefleet audit export` wrote')
    .requiredOption('--against <paths...>', 'kept checkpoint files, or directories of them; the oldest first')
    .option('--key <key>', 'the public key that has to have signed them')
    .option('--selection', 'the export was made with a filter: prove each entry, miss none')
    .action(async (file: string, options: VerifyArguments) => {
      process.exitCode = await verifyAudit(file, options, { out: process.stdout, progress: process.stderr });
    });
  return audit;
}
