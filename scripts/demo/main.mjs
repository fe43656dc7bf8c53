// The demo itself, on Node.js 26 with everything built.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { runScript, SetupError } from '../lib/errors.mjs';
import { root } from '../lib/paths.mjs';
import { createProgress } from '../lib/progress.mjs';
import { createCommandLine } from './command-line.mjs';
import { writeManifestWithAddress } from './manifest.mjs';
import { pickPort } from './ports.mjs';
import { descendantsOf, stillRunning } from './processes.mjs';
import { checkCounts, get } from './requests.mjs';

const startDeadlineMs = 60_000;
const stopDeadlineMs = 20_000;

const progress = createProgress();
const smoke = process.argv.includes('--smoke');

/** Ctrl-C, or the end of the smoke test. */
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => ending.abort());
// A reader that has seen enough, such as `head`, ends the demo like Ctrl-C does: nothing may stay behind.
process.stdout.on('error', () => ending.abort());

await runScript(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-demo-'));
  try {
    await demo(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  // An interrupted check is not a passed one.
  return smoke && ending.signal.aborted ? 130 : 0;
});

async function demo(folder) {
  const [natsPort, httpPort] = [await pickPort(4222), await pickPort(8000)];
  if (httpPort !== 8000) progress.say(`  port 8000 is taken, so HTTP is on ${httpPort}`);
  if (natsPort !== 4222) progress.say(`  port 4222 is taken, so NATS is on ${natsPort}`);
  const commandLine = createCommandLine({ natsPort });
  const host = await startHost(commandLine, { natsPort, folder });
  const events = commandLine.start(['get', 'events'], printLine('event'));
  try {
    const url = await deploy(commandLine, 'http-counter', { folder, port: httpPort });
    await inventory(commandLine);
    await callCounter(url);
    if (smoke) await smokeTest(commandLine, url, folder);
    else await untilCtrlC(host, url);
  } catch (error) {
    // After Ctrl-C whatever was under way fails; what counts is that everything stops.
    if (!ending.signal.aborted) throw error;
  } finally {
    await events.stop(stopDeadlineMs);
    await stopHost(host);
  }
}

/** `wasmlattice up` with a NATS server of its own; resolves when it answers. */
async function startHost(commandLine, { natsPort, folder }) {
  const lines = [];
  const flags = ['--embedded-nats', 'require', '--embedded-nats-port', String(natsPort)];
  const args = ['up', ...flags, '--data-dir', join(folder, 'data'), '--allow-file-load'];
  const print = printLine('host');
  const host = commandLine.start(args, (line) => {
    lines.push(line);
    if (host.quiet !== true) print(line);
  });
  host.quiet = true;
  let ended;
  host.ended.then((end) => {
    ended = end;
  });
  await progress.step('Starting a host with its own NATS server', async (report) => {
    for (const deadline = Date.now() + startDeadlineMs; ; await wait(200)) {
      const { code, output } = await commandLine.run(['get', 'hosts', '--output', 'json']);
      if (code === 0 && output.includes('"id"')) break;
      if (ended !== undefined || ending.signal.aborted || Date.now() > deadline) {
        await host.stop(stopDeadlineMs);
        const why =
          ended === undefined ? 'did not answer' : `ended with ${ended.signal ?? `exit code ${ended.code}`}`;
        throw new SetupError(`${lines.slice(-20).join('\n')}\n\nThe host ${why}; its last lines are above.`);
      }
      report(lines.at(-1) ?? '');
    }
  });
  host.quiet = false;
  return host;
}

/** Deploys an example with its HTTP server on `port`; resolves to its URL. */
async function deploy(commandLine, name, { folder, port }) {
  const source = join(root, 'examples', name, 'wadm.yaml');
  const manifest = await writeManifestWithAddress(source, join(folder, `${name}.yaml`), `127.0.0.1:${port}`);
  await progress.step(`Deploying ${relative(root, source)}`, async (report) => {
    const { code, output } = await commandLine.run(['app', 'deploy', manifest], report);
    if (code !== 0)
      throw new SetupError(`${output}\nThe application could not be deployed; the reason is above.`);
  });
  return `http://127.0.0.1:${port}/`;
}

async function inventory(commandLine) {
  const { code, output } = await commandLine.run(['get', 'inventory']);
  if (code !== 0) throw new SetupError(`${output}\nThe host did not tell its inventory.`);
  progress.heading('What runs');
  progress.say(output.trimEnd());
}

async function callCounter(url) {
  progress.heading('Call it');
  for (let call = 0; call < 3; call++) {
    progress.say(`$ curl ${url}\n${(await get(url)).trimEnd()}`);
  }
}

/** Real requests to both examples; throws unless every answer is right. */
async function smokeTest(commandLine, url, folder) {
  await progress.step('Checking that ten visits are counted one by one', () =>
    checkCounts(`${url}smoke`, 10),
  );
  const port = await pickPort(0);
  const helloUrl = await deploy(commandLine, 'http-hello', { folder, port });
  await progress.step('Checking the greeting', async () => {
    const body = await get(helloUrl);
    if (!body.startsWith('Hello')) throw new SetupError(`http-hello answered ${JSON.stringify(body)}`);
  });
}

async function untilCtrlC(host, url) {
  progress.heading('Events and log lines follow until Ctrl-C');
  progress.say(`Each path has a count of its own: curl ${url}shop`);
  const aborted = new Promise((resolve) => {
    if (ending.signal.aborted) resolve();
    ending.signal.addEventListener('abort', resolve, { once: true });
  });
  const end = await Promise.race([aborted, host.ended]);
  if (!ending.signal.aborted)
    throw new SetupError(`the host ended with ${end.signal ?? `exit code ${end.code}`}`);
  progress.say();
}

/** Ends the host and checks that what it started ended too. */
async function stopHost(host) {
  host.quiet = true;
  await progress.step('Stopping', async () => {
    const children = descendantsOf(host.pid);
    const { code, signal, killed } = await host.stop(stopDeadlineMs);
    if (killed)
      throw new SetupError(`the host did not stop within ${stopDeadlineMs / 1000} s and was killed`);
    // 130: Ctrl-C in a terminal reaches the host's parent too.
    if (code !== 0 && code !== 130)
      throw new SetupError(`the host stopped with ${signal ?? `exit code ${code}`}`);
    const left = stillRunning(children);
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    if (left.length > 0) {
      throw new SetupError(
        `the host left processes behind: ${left.map(({ command }) => command).join('; ')}`,
      );
    }
  });
}

function printLine(source) {
  return (line) => progress.say(`${progress.paint(2, `${source} |`)} ${line}`);
}
