// Prints `PASSED FAILED` for a JSON report of vitest, and on stderr why anything counts as failed: a test that failed,
// one that was skipped (in CI every part a test needs is there), or a file that could not even be loaded.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = testResults.flatMap((file) => file.assertionResults.map((test) => ({ ...test, file: file.name })));
const brokenFiles = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some(isFailed));
const notPassed = tests.filter((test) => test.status !== 'passed');

for (const test of notPassed)
  console.error(`${test.status}: ${relative('.', test.file)}: ${test.fullName}${reason(test)}`);
for (const file of brokenFiles) console.error(`could not be run: ${relative('.', file.name)}: ${file.message}`);
if (tests.length === 0) console.error('no test was found');

const failed = notPassed.length + brokenFiles.length + (tests.length === 0 ? 1 : 0);
console.log(`${tests.length - notPassed.length} ${failed}`);

function isFailed(test) {
  return test.status === 'failed';
}

function reason(test) {
  const firstLine = stripVTControlCharacters(test.failureMessages?.[0] ?? '').split('\n', 1)[0];
  return firstLine === '' ? '' : `\n    ${firstLine.slice(0, 300)}`;
}
