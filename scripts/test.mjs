// `npm test`: sets up what is missing, then checks everything that CI checks. Its last line is `N passed, N failed`.
import { build } from './lib/build.mjs';
import { SetupError } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { createProgress } from './lib/progress.mjs';
import { run } from './lib/run.mjs';
import { runPackageTests, runScriptTests } from './lib/run-tests.mjs';
import { runCommand } from './lib/script-command.mjs';
import { setUpServers, setUpTools } from './lib/set-up.mjs';
import { exitCode, summaryLine } from './lib/test-results.mjs';
import { binary, node26, toolEnvironment } from './lib/toolchain.mjs';

const progress = createProgress();

/** Runs a check that is no test: it counts as one failure if it fails, and not at all if it passes. */
async function check(title, work) {
  try {
    await progress.step(title, async (report) => {
      const { code, output } = await work(report);
      if (code !== 0) throw new SetupError(output.trimEnd());
    });
    return { passed: 0, failed: 0, failures: [] };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    progress.say(error.message);
    return { passed: 0, failed: 1, failures: [title] };
  }
}

async function tests(title, work) {
  const result = await progress.step(title, work, {
    summary: ({ passed, failed, skipped }) =>
      `${summaryLine({ passed, failed })}${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  });
  for (const skip of result.skips) progress.say(`  skipped: ${skip}`);
  if (result.output) progress.say(result.output);
  return result;
}

async function buildCheck(tools) {
  try {
    await build(progress, tools);
    return { passed: 0, failed: 0, failures: [] };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    progress.say(error.message);
    return { passed: 0, failed: 1, failures: ['Building packages and guests'] };
  }
}

function report(results) {
  const total = { passed: 0, failed: 0, failures: [] };
  for (const { passed, failed, failures } of results) {
    total.passed += passed;
    total.failed += failed;
    total.failures.push(...failures);
  }
  if (total.failures.length > 0) {
    progress.heading('Failed');
    for (const failure of total.failures) progress.say(`  ${failure.split('\n')[0]}`);
  }
  progress.say(`\n${summaryLine(total)}`);
  return exitCode(total);
}

const command = {
  name: 'npm test',
  summary: 'Checks everything that CI checks. Its last line is `N passed, N failed`.',
};

await runCommand(command, async () => {
  const installed = await setUpTools(progress);
  const results = [
    await check('Checking format and lint', (onLine) =>
      run(binary('biome'), ['check', '--error-on-warnings', '.'], {
        cwd: root,
        env: toolEnvironment(installed),
        onLine,
      }),
    ),
  ];
  // They wait for the network, the rest for processors.
  const servers = setUpServers(progress);
  servers.catch(() => {});
  results.push(
    // All packages and their tests in one process; the build, which leaves tests out, finds each package compiled.
    await check('Compiling and checking types', (onLine) =>
      run(binary('tsc'), ['--build'], { cwd: root, env: toolEnvironment(installed), onLine }),
    ),
  );
  const built = await buildCheck(installed);
  const tools = { ...installed, ...(await servers) };
  const env = toolEnvironment(tools);
  results.push(built);
  if (built.failed > 0) return report(results);

  results.push(
    await check('Versioning, packing and checking the packages', (onLine) =>
      run(node26, ['scripts/release.mjs', '--dry-run'], { cwd: root, env, onLine }),
    ),
    await tests('Testing the scripts', (onLine) => runScriptTests({ ...tools, report: onLine })),
    // Tests of packages wait for servers and timers most of their time.
    await tests('Testing the packages', (onLine) =>
      runPackageTests('test', { ...tools, report: onLine, concurrency: 3 }),
    ),
    await tests('Testing end to end', (onLine) =>
      runPackageTests('test:e2e', { ...tools, report: onLine, concurrency: 1 }),
    ),
    await check('Running the demo', (onLine) =>
      run(node26, ['scripts/demo.mjs', '--smoke'], { cwd: root, env, onLine }),
    ),
  );
  return report(results);
});
