/**
 * What the tooling that started this test told it about its stores.
 * @throws when a test that needs stores was started without them; says how to start it
 */
export function testEnvironment(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(
    `cannot find the test stores: ${name} is not set; run "npm test -- --only integration", or one file with ` +
      '"node libs/tooling/src/with-stores.mjs npx jest -c jest.config.cjs <path>"',
  );
}
