import { z } from 'zod';
import { id } from './common';

/** Of a route below a device: what else its path holds is read elsewhere. */
export const ReadParams = z.object({ id });
export type ReadParams = z.infer<typeof ReadParams>;
