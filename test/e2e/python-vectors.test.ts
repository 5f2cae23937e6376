import { execa } from 'execa';
import { expect, it } from 'vitest';

const MISSING = 'python3 is missing; install Python 3.9 or newer to run this test';
const folder = new URL('./python/', import.meta.url);

it('the Python client agrees with the test vectors', async ({ skip }) => {
  const found = await execa('python3', ['--version'], { reject: false });
  // In CI a missing tool must not look like a passed test.
  if (found.failed && !process.env['CI']) skip(MISSING);
  expect(found.failed, MISSING).toBe(false);
  const result = await execa('python3', ['test_vectors.py'], { cwd: folder, reject: false });
  expect(result.stderr).toMatch(/Ran 5 tests[^]*\nOK$/);
  expect(result.exitCode).toBe(0);
});
