import { join, parse } from 'node:path';
import { signComponent } from '@wasmlattice/identity';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { readGlobalOptions } from '../global-options.js';
import {
  addComponentMetadata,
  type ComponentMetadataOptions,
  readComponentMetadata,
} from '../keys/component-metadata.js';
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

interface SignOptions extends ComponentMetadataOptions, SigningOptions {
  readonly destination?: string;
}

const kinds = { issuer: 'account', subject: 'module' } as const;

export function addClaimsSign(parent: Command, io: CliIo): void {
  const command = addOutputOption(parent.command('sign'))
    .description('Put a signed token into a component, in place of the one it may have')
    .argument('<file>', 'a component')
    .option('-d, --destination <file>', 'where to write it (default: the name of the file with _s)');
  addTimeOptions(addKeyOptions(addComponentMetadata(command), kinds)).action(
    async (file: string, options: SignOptions, self: Command) => {
      const { output } = readGlobalOptions(self, io);
      const metadata = readComponentMetadata(options);
      const times = signingTimes(options);
      const bytes = await readNamedFile(io, file);
      const { dir, name, ext } = parse(file);
      const { issuer, subject } = await signingKeys(io, options, kinds, name);
      const signed = await signComponent(bytes, { subject: subject.publicKey, metadata, ...times }, issuer);
      const destination = options.destination ?? join(dir, `${name}_s${ext}`);
      await writeNamedFile(io, destination, signed.bytes);
      io.out(
        output === 'json'
          ? jsonDocument({
              success: true,
              destination,
              account: issuer.publicKey,
              component: subject.publicKey,
            })
          : `Successfully signed ${destination}\n`,
      );
    },
  );
}
