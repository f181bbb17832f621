/**
 * A command on the server.
 *
 * | state     | set by | means                                              | goes to                                    |
 * |-----------|--------|----------------------------------------------------|--------------------------------------------|
 * | queued    | api, worker | the row is there, a job nudges the signer     | signed, rejected (signer), cancelled       |
 * | signed    | signer | the agent gets it with its next pull               | accepted, rejected, expired, cancelled     |
 * | accepted  | agent  | verified and journalled on the device              | running, or an end                         |
 * | running   | agent  | snapd has it                                       | rebooting, verifying, or an end            |
 * | rebooting | agent  | the device is on its way through a restart         | running, verifying, or an end              |
 * | verifying | agent  | done by snapd's account, being read back           | an end                                     |
 * | succeeded | agent, api | the device shows what was asked for; by the api: it came back with a new key | -              |
 * | failed    | agent  | it does not; cause and snapd's message say why     | -                                          |
 * | unknown   | agent, api, sweep | undecidable whether snapd did it; asks a person; by the api: the device was reset; by the sweep: it lost its journal | - |
 * | rejected  | agent, signer | signature, policy, sequence or parameters refused | -                                   |
 * | expired   | agent, sweep  | not accepted before valid-until             | - (a late end is kept in late_status)      |
 * | timed-out | sweep  | accepted, seen since, but past its deadline        | - (as above)                               |
 * | lost      | sweep  | accepted, silent past its deadline                 | - (as above)                               |
 * | cancelled | api    | taken back before the device accepted it           | - (as above)                               |
 *
 * A command that erases the agent (`erasesAgent` in the catalogue) takes the journal with it that would report its end:
 * it ends when the device enrols anew, before its deadline, as close-retired-commands.ts says.
 *
 * `lost` and `timed-out` need a device that was seen after the deadline, or a gateway that has been up for a while: an
 * outage of our own ends nothing.
 *
 * Ends are never left. Reports may come twice, late and out of order: the newer (journal epoch, number) wins.
 */
const COMMAND_ENDS = ['succeeded', 'failed', 'unknown', 'rejected', 'expired', 'timed-out', 'lost', 'cancelled'];

export const SUCCEEDED = 'succeeded';

const ends: ReadonlySet<string> = new Set(COMMAND_ENDS);

export const isEnd = (status: string): boolean => ends.has(status);
