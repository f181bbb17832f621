import { get } from './row';

/** Changes: what snapd does in the background. */
export const changesRows = [get('/v2/changes', { access: 'IO' }), get('/v2/changes/{id}', { access: 'IO' })] as const;
