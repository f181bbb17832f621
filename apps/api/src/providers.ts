/** The process's structured logger. */
export const LOGGER = Symbol('LOGGER');
/** The parsed `ApiConfig`. */
export const API_CONFIG = Symbol('API_CONFIG');
