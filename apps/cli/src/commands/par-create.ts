import { writeProviderArchive } from '@wasmlattice/artifacts';
import type { Command } from 'commander';
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
import { addProgramOptions, type ProgramOptions, readProgram } from '../provider-program/program-options.js';
import { readNamedFile } from '../read-file.js';
import { writeNamedFile } from '../write-file.js';

interface CreateOptions extends SigningOptions, ProgramOptions {
  readonly vendor: string;
  readonly name: string;
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

export function addParCreate(parent: Command, io: CliIo): void {
  const command = addOutputOption(parent.command('create'))
    .description('Make a signed provider archive of a program')
    .requiredOption('-v, --vendor <vendor>', 'who makes the provider')
    .requiredOption('-n, --name <name>', 'what it is called')
    .option('-r, --revision <number>', 'revision, a number that grows')
    .option('--version <version>', 'version for people')
    .option('-j, --schema <file>', 'JSON schema of the configuration of its links [WASH_JSON_SCHEMA]')
    .option('--world <file>', 'the WIT world of its interfaces in binary form')
    .option('--destination <file>', 'where to write it (default: the name of the program with .par)')
    .option('--compress', 'compress it; the name then ends with .gz');
  addTimeOptions(addKeyOptions(addProgramOptions(command), archiveKinds, archiveFolderFlags), {
    expires: '--expires',
    nbf: '--nbf',
  }).action(async (options: CreateOptions, self: Command) => {
    const { output } = readGlobalOptions(self, io);
    const { vendor, name, version, compress = false } = options;
    const revision = readRevision(options.revision, '--revision');
    const times = signingTimes(options);
    const world = options.world === undefined ? undefined : await readNamedFile(io, options.world);
    const configSchema = await readSchema(io, options.schema ?? io.env.WASH_JSON_SCHEMA);
    const program = await readProgram(io, options);
    const { issuer, subject } = await signingKeys(io, options, archiveKinds, program.name);
    const { bytes } = await writeProviderArchive(
      {
        programs: new Map([[program.target, program.bytes]]),
        world,
        metadata: { name, vendor, revision, version, configSchema },
        subject: subject.publicKey,
        ...times,
      },
      issuer,
      { compress },
    );
    const file = fileName(options.destination ?? `${program.name}.par`, compress);
    await writeNamedFile(io, file, bytes);
    io.out(
      output === 'json' ? jsonDocument({ success: true, file }) : `Successfully created archive ${file}\n`,
    );
  });
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
