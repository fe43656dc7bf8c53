/** How the reporter calls tests that did not run: by `skip`, by a filter, by `todo`. */
const notRun = ['skipped', 'pending', 'todo'];

/** Adds up the results that vitest wrote (its JSON reporter) in several packages. */
export function addUpResults(reports) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [], skips: [] };
  for (const { name, report } of reports) {
    total.passed += report.numPassedTests;
    total.failed += report.numFailedTests;
    total.skipped += report.numPendingTests + report.numTodoTests;
    for (const file of report.testResults) {
      const failed = file.assertionResults.filter(({ status }) => status === 'failed');
      const skipped = file.assertionResults.filter(({ status }) => notRun.includes(status));
      total.failures.push(...failed.map(({ fullName }) => `${name}: ${fullName}`));
      total.skips.push(...skipped.map(({ fullName }) => `${name}: ${fullName}`));
      // A file that could not be loaded has failed although none of its tests was counted.
      if (file.status === 'failed' && failed.length === 0) {
        total.failed += 1;
        total.failures.push(`${name}: ${file.name}: ${file.message}`);
      }
    }
  }
  return total;
}

/** `12 passed, 0 failed`: the last line of `npm test`, read by programs too. */
export function summaryLine({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}

/** 0 only if something ran and nothing failed. */
export function exitCode({ passed, failed }) {
  return failed === 0 && passed > 0 ? 0 : 1;
}
