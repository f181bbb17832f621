export { createTestDatabase, type TestDatabase, type TestRole } from './test-database';
export { plansOfTriggers } from './plans-of-triggers';
