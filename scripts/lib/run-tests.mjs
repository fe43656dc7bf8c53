import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { root } from './paths.mjs';
import { run } from './run.mjs';
import { addUpResults } from './test-results.mjs';
import { binary, toolEnvironment } from './toolchain.mjs';
import { workspacePackages } from './workspace.mjs';

/** Runs the scripts' own tests, with the servers they need by their paths. */
export async function runScriptTests({ report, ...tools }) {
  const file = join(root, 'scripts/.turbo/test.json');
  await rm(file, { force: true });
  const args = ['run', '--config', 'scripts/vitest.config.mjs', ...reporters(file)];
  const result = await run(binary('vitest'), args, {
    cwd: root,
    env: toolEnvironment(tools),
    onLine: report,
  });
  return collect(result, [{ name: 'scripts', file }]);
}

/**
 * Runs a turbo task that runs vitest in each package that has it. Each vitest also writes its results as JSON, which is
 * where the counts come from. `concurrency` says how many packages are tested at a time; `tools` are the servers of tests. The
 * workspace is built already: turbo counts the arguments of the tests among what a build depends on, and would build all of it again.
 */
export async function runPackageTests(task, { report, concurrency, ...tools }) {
  const packages = (await workspacePackages()).filter(
    ({ manifest }) => manifest.scripts?.[task] !== undefined,
  );
  const files = packages.map(({ path }) => ({
    name: relative(root, path),
    file: join(path, resultsFile(task)),
  }));
  await Promise.all(files.map(({ file }) => rm(file, { force: true })));
  const args = [
    'run',
    task,
    '--only',
    '--continue',
    `--concurrency=${concurrency}`,
    '--',
    ...reporters(resultsFile(task)),
  ];
  const env = toolEnvironment(tools);
  return collect(await run(binary('turbo'), args, { cwd: root, env, onLine: report }), files);
}

/** In a folder that git ignores, relative to the package. */
function resultsFile(task) {
  return `.turbo/${task.replace(':', '-')}.json`;
}

function reporters(file) {
  return ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
}

/**
 * The sum, and the output if anything failed. A package that wrote no results has failed as a whole; so has a command
 * that failed although every test it counted passed.
 */
function collect(result, files) {
  const total = addUpResults(
    files
      .filter(({ file }) => existsSync(file))
      .map(({ name, file }) => ({ name, report: JSON.parse(readFileSync(file, 'utf8')) })),
  );
  for (const { name, file } of files) {
    if (existsSync(file)) continue;
    total.failed += 1;
    total.failures.push(`${name}: the tests did not run to their end`);
  }
  if (result.code !== 0 && total.failed === 0) {
    total.failed += 1;
    total.failures.push(`the test command ended with ${result.signal ?? `exit code ${result.code}`}`);
  }
  return { ...total, output: total.failed > 0 ? result.output : '' };
}
