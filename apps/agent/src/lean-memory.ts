import { setFlagsFromString } from 'node:v8';

/*
 * An agent waits most of its life: compiling its code for speed costs 3 MiB (of 40 for a bare Node process) and gains
 * nothing. Imported first by the process, never by those who embed the agent.
 */
for (const flag of ['--no-opt', '--no-sparkplug', '--optimize-for-size']) setFlagsFromString(flag);
