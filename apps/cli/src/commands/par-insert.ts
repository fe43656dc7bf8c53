import { isGzip, readProviderArchive, writeProviderArchive } from '@wasmlattice/artifacts';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { readGlobalOptions } from '../global-options.js';
import { findKey } from '../keys/find-key.js';
import { addKeyOptions, type SigningOptions, signingTimes } from '../keys/signing-options.js';
import { jsonDocument } from '../output/json.js';
import { addOutputOption } from '../output-option.js';
import { addProgramOptions, type ProgramOptions, readProgram } from '../provider-program/program-options.js';
import { readNamedFile } from '../read-file.js';
import { writeNamedFile } from '../write-file.js';
import { archiveFolderFlags, archiveKinds } from './par-create.js';

interface InsertOptions extends SigningOptions, ProgramOptions {}

export function addParInsert(parent: Command, io: CliIo): void {
  const command = addOutputOption(parent.command('insert'))
    .description('Add a program for another machine to a provider archive, or replace it, and sign it anew')
    .argument('<archive>', 'a provider archive');
  addKeyOptions(addProgramOptions(command), archiveKinds, archiveFolderFlags).action(
    async (file: string, options: InsertOptions, self: Command) => {
      const { output } = readGlobalOptions(self, io);
      const archive = await readNamedFile(io, file);
      const { token, programs, world } = await readProviderArchive([archive]);
      const { metadata, expires, notBefore } = token.claims;
      if (metadata === undefined) {
        throw new CliError(
          `the token of \`${file}\` says nothing of a provider`,
          'make it anew with `par create`',
        );
      }
      const program = await readProgram(io, options);
      const { issuer, subject } = await keysFor(io, options, token.claims.subject, program.name);
      const { targetHashes: _, ...kept } = metadata;
      const { bytes } = await writeProviderArchive(
        {
          programs: new Map([...programs, [program.target, program.bytes]]),
          world,
          metadata: kept,
          subject,
          issuedAt: signingTimes({}).issuedAt,
          expires,
          notBefore,
        },
        issuer,
        { compress: isGzip(archive) },
      );
      await writeNamedFile(io, file, bytes);
      io.out(
        output === 'json'
          ? jsonDocument({ success: true, file })
          : `Successfully inserted ${program.given} into archive ${file}\n`,
      );
    },
  );
}

/** The provider stays who it is, unless `--subject` says otherwise. */
async function keysFor(io: CliIo, options: InsertOptions, subject: string, name: string) {
  const common = { directory: options.directory, mayGenerate: options.disableKeygen !== true };
  const issuer = await findKey(io, {
    ...common,
    kind: archiveKinds.issuer,
    flag: '--issuer',
    given: options.issuer ?? io.env.WASH_ISSUER_KEY,
    name: io.env.USER ?? 'user',
  });
  const given = options.subject ?? io.env.WASH_SUBJECT_KEY;
  if (given === undefined) return { issuer, subject };
  const key = await findKey(io, { ...common, kind: archiveKinds.subject, flag: '--subject', given, name });
  return { issuer, subject: key.publicKey };
}
