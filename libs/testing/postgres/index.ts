export { createTestDatabase, type TestDatabase, type TestRole } from './test-database';
