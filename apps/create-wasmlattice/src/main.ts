import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createProject, type ProjectKind, projectKinds } from './create-project.js';
import { CreateError } from './errors.js';

const usage = `Usage: npm create wasmlattice component|provider NAME

Makes a folder NAME with a component or a provider in TypeScript that builds, tests and runs.

  npm create wasmlattice component my-counter
  npm create wasmlattice provider my-greeter
`;

/** What Node.js runs what is made here. */
const neededNode = 26;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return 0;
  }
  const [kind, name, ...more] = args;
  if (name === undefined || more.length > 0) {
    process.stderr.write(usage);
    return 2;
  }
  const folder = await createProject({
    kind: readKind(kind),
    name,
    parent: process.cwd(),
    version: ownVersion(),
  });
  process.stdout.write(`${nextSteps(relative(process.cwd(), folder))}\n`);
  return 0;
}

function readKind(word: string | undefined): ProjectKind {
  const kind = projectKinds.find((each) => each === word);
  if (kind !== undefined) return kind;
  throw new CreateError(`there is no "${word}" to make`, `say ${projectKinds.join(' or ')}, then the name`);
}

function ownVersion(): string {
  const path = join(import.meta.dirname, '..', 'package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version;
}

function nextSteps(folder: string): string {
  const old = Number(process.versions.node.split('.')[0]) < neededNode;
  return [
    `made ${folder}; next:`,
    '',
    ...(old ? [`  (get Node.js ${neededNode}: this is ${process.versions.node})`] : []),
    `  cd ${folder}`,
    '  npm install',
    '  npm run dev      (builds and runs it, and again whenever a file is saved)',
    '',
    'README.md says the rest.',
  ].join('\n');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CreateError)) throw error;
  process.stderr.write(`error: ${error.message}\ntry: ${error.hint}\n`);
  process.exitCode = 2;
}
