import { parse } from 'node:path';
import { providerTarget, writeProviderArchive } from '@wasmlattice/artifacts';
import { type Command, Option } from 'commander';
import type { CliIo } from '../cli-io.js';
import { readGlobalOptions, usageError } from '../global-options.js';
import { readRevision } from '../keys/component-metadata.js';
import {
  addKeyOptions,
  addTimeOptions,
  type SigningOptions,
  signingKeys,
  signingTimes,
} from '../keys/signing-options.js';
import { jsonDocument } from '../output/json.js';
import { addOutputOption } from '../output-option.js';
import { readNamedFile } from '../read-file.js';
import { writeNamedFile } from '../write-file.js';

interface CreateOptions extends SigningOptions {
  readonly vendor: string;
  readonly name: string;
  readonly binary: string;
  readonly arch: string;
  readonly revision?: string;
  readonly version?: string;
  readonly schema?: string;
  readonly world?: string;
  readonly destination?: string;
  readonly compress?: boolean;
}

/** Keys of a provider archive. */
export const archiveKinds = { issuer: 'account', subject: 'service' } as const;

export const archiveFolderFlags = '-d, --directory <dir>';

export function addArchOption(command: Command): Command {
  const here = providerTarget(process.arch, process.platform);
  return command.addOption(
    new Option('-a, --arch <target>', 'machine of the program, e.g. x86_64-linux').default(here),
  );
}

export function addParCreate(parent: Command, io: CliIo): void {
  const command = addOutputOption(parent.command('create'))
    .description('Make a signed provider archive of a program')
    .requiredOption('-v, --vendor <vendor>', 'who makes the provider')
    .requiredOption('-n, --name <name>', 'what it is called')
    .requiredOption('-b, --binary <file>', 'its program')
    .option('-r, --revision <number>', 'revision, a number that grows')
    .option('--version <version>', 'version for people')
    .option('-j, --schema <file>', 'JSON schema of the configuration of its links [WASH_JSON_SCHEMA]')
    .option('--world <file>', 'the WIT world of its interfaces in binary form')
    .option('--destination <file>', 'where to write it (default: the name of the program with .par)')
    .option('--compress', 'compress it; the name then ends with .gz');
  addTimeOptions(addKeyOptions(addArchOption(command), archiveKinds, archiveFolderFlags), {
    expires: '--expires',
    nbf: '--nbf',
  }).action(async (options: CreateOptions, self: Command) => {
    const { output } = readGlobalOptions(self, io);
    const { vendor, name, binary, version, compress = false } = options;
    const target = readTarget(options.arch);
    const revision = readRevision(options.revision, '--revision');
    const times = signingTimes(options);
    const program = await readNamedFile(io, binary);
    const world = options.world === undefined ? undefined : await readNamedFile(io, options.world);
    const configSchema = await readSchema(io, options.schema ?? io.env.WASH_JSON_SCHEMA);
    const { issuer, subject } = await signingKeys(io, options, archiveKinds, parse(binary).name);
    const { bytes } = await writeProviderArchive(
      {
        programs: new Map([[target, program]]),
        world,
        metadata: { name, vendor, revision, version, configSchema },
        subject: subject.publicKey,
        ...times,
      },
      issuer,
      { compress },
    );
    const file = fileName(options.destination ?? `${parse(binary).name}.par`, compress);
    await writeNamedFile(io, file, bytes);
    io.out(
      output === 'json' ? jsonDocument({ success: true, file }) : `Successfully created archive ${file}\n`,
    );
  });
}

/** @throws CliError for what is no target, and for names that mean something else in archives */
export function readTarget(text: string): string {
  if (/^[a-z0-9_]+-[a-z0-9_]+$/.test(text)) return text;
  throw usageError(
    `the architecture is \`${text}\``,
    'write it as ARCH-OS, e.g. x86_64-linux or aarch64-macos',
  );
}

function fileName(wanted: string, compress: boolean): string {
  return compress && !wanted.endsWith('.gz') ? `${wanted}.gz` : wanted;
}

async function readSchema(io: CliIo, file: string | undefined): Promise<unknown> {
  if (file === undefined || file === '') return undefined;
  const text = Buffer.from(await readNamedFile(io, file)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError(
      `the schema \`${file}\` is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      'correct the file',
    );
  }
}
