import { join } from 'node:path';
import { freePort, startNatsServer } from '@wasmlattice/test-support';
import { paths } from '../src/paths.js';
import { answerOf } from './answer-of.js';
import { writeAppFiles } from './app-files.js';
import { wordsOf } from './compare-commands.js';
import type { Interop } from './interop.js';
import { startOurHost } from './our-host.js';
import { createWash, type WashOutcome } from './wash.js';
import { type WordsStep, wordsSteps } from './words-commands.js';

const area = 'words';

/** Gives the same commands to `wash` and to our command line, each in a lattice with a host of ours that keeps applications, and compares exit codes. */
export async function compareWords({ tools, home, files, report }: Interop): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const side = async (name: string, program: string, args: readonly string[]) => {
    const nats = opened.use(await startNatsServer());
    const host = opened.use(await startOurHost({ nats, args: ['--reconcile', 'true'] }));
    const port = await freePort();
    const values = {
      ...files,
      ...(await writeAppFiles({ folder: join(home, 'words', name), files, port: await freePort() })),
      host: host.id,
      port: String(port),
      natsHost: nats.host,
      natsPort: String(nats.port),
    };
    const run = createWash({ program, args, nats, lattice: 'default', home });
    return async (command: string): Promise<WashOutcome> => {
      const words = wordsOf(command, values);
      if (words[0] === 'http')
        return await answerOf(`http://127.0.0.1:${port}${words[1]}`, words.slice(2).join(' '));
      return await run(...words);
    };
  };
  const theirs = await side('theirs', tools.wash, []);
  const ours = await side('ours', process.execPath, [paths.cli]);
  for (const step of wordsSteps) {
    const reason = differenceOf(step, await Promise.all([theirs(step.command), ours(step.command)]));
    if (reason === undefined) report.add({ area, name: step.command, outcome: 'ok' });
    else if (step.differs === undefined) report.add({ area, name: step.command, outcome: 'failed', reason });
    else {
      const told = `${step.differs}\n${reason}`;
      report.add({ area, name: step.command, outcome: 'differs', reason: told });
    }
  }
}

/** Whether one succeeds where the other fails, or does not answer a program in JSON. */
function differenceOf(
  { command }: WordsStep,
  [theirs, ours]: readonly [WashOutcome, WashOutcome],
): string | undefined {
  const told = `theirs: ${theirs.exit} ${theirs.stdout}${theirs.stderr}\nours:   ${ours.exit} ${ours.stdout}${ours.stderr}`;
  if (theirs.exit !== ours.exit) return told;
  const isJson = / -o json\b/.test(command) && ours.exit === 0;
  return isJson && !isJsonText(ours.stdout) ? told : undefined;
}

/** One document, or one a line. */
function isJsonText(text: string): boolean {
  const parses = (part: string): boolean => {
    try {
      JSON.parse(part);
      return true;
    } catch {
      return false;
    }
  };
  return parses(text) || (text.trim() !== '' && text.trim().split('\n').every(parses));
}
