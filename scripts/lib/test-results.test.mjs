import { expect, test } from 'vitest';
import { addUpResults, exitCode, summaryLine } from './test-results.mjs';

const file = (assertionResults, extra = {}) => ({
  name: 'a.test.ts',
  status: 'passed',
  message: '',
  assertionResults,
  ...extra,
});
const report = (counts, testResults = []) => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults,
  ...counts,
});

test('counts of several packages add up', () => {
  const total = addUpResults([
    { name: 'a', report: report({ numPassedTests: 3, numPendingTests: 1 }) },
    { name: 'b', report: report({ numPassedTests: 4, numFailedTests: 1, numTodoTests: 1 }) },
  ]);
  expect(total).toMatchObject({ passed: 7, failed: 1, skipped: 2 });
});

test('failed tests are named with their package', () => {
  const failed = { status: 'failed', fullName: 'counts > up' };
  const total = addUpResults([
    { name: 'a', report: report({ numFailedTests: 1 }, [file([failed], { status: 'failed' })]) },
  ]);
  expect(total.failures).toEqual(['a: counts > up']);
});

test('tests that did not run are named with their package', () => {
  const tests = ['skipped', 'todo', 'passed'].map((status) => ({ status, fullName: `counts > ${status}` }));
  const total = addUpResults([
    { name: 'a', report: report({ numPendingTests: 1, numTodoTests: 1 }, [file(tests)]) },
  ]);
  expect(total.skips).toEqual(['a: counts > skipped', 'a: counts > todo']);
});

test('a file that cannot be loaded counts as a failure', () => {
  const broken = file([], { status: 'failed', message: 'cannot find module' });
  const total = addUpResults([{ name: 'a', report: report({ numPassedTests: 2 }, [broken]) }]);
  expect(total).toMatchObject({ passed: 2, failed: 1, failures: ['a: a.test.ts: cannot find module'] });
});

test('the last line has the form that programs read', () => {
  expect(summaryLine({ passed: 12, failed: 0 })).toBe('12 passed, 0 failed');
});

test.each([
  [{ passed: 1, failed: 0 }, 0],
  [{ passed: 1, failed: 1 }, 1],
  [{ passed: 0, failed: 0 }, 1],
])('%o exits with %i', (total, code) => {
  expect(exitCode(total)).toBe(code);
});
