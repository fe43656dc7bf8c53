import { type MetadataByKind, signToken, type TokenKind } from '@wasmlattice/identity';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { readGlobalOptions } from '../global-options.js';
import {
  addComponentMetadata,
  type ComponentMetadataOptions,
  readComponentMetadata,
  readRevision,
} from '../keys/component-metadata.js';
import {
  addKeyOptions,
  addTimeOptions,
  type SigningKinds,
  type SigningOptions,
  signingKeys,
  signingTimes,
} from '../keys/signing-options.js';
import { jsonDocument } from '../output/json.js';
import { addOutputOption } from '../output-option.js';

interface SignerOptions extends SigningOptions {
  readonly name: string;
  readonly additionalKey: readonly string[];
}

interface ProviderOptions extends SigningOptions {
  readonly name: string;
  readonly vendor: string;
  readonly revision?: string;
  readonly version?: string;
}

type AnyKinds = SigningKinds<'account' | 'operator', 'module' | 'service' | 'account' | 'operator'>;

/** A command of its own for each kind of token. */
export function addClaimsToken(parent: Command, io: CliIo): void {
  const group = parent.command('token').description('Sign a token and print it');

  const component = addComponentMetadata(addOutputOption(group.command('component')));
  define(component, io, 'component', { issuer: 'account', subject: 'module' }, (options) => ({
    ...readComponentMetadata(options as SigningOptions & ComponentMetadataOptions),
    hash: '',
  }));

  const provider = addOutputOption(group.command('provider'))
    .requiredOption('-n, --name <name>', 'what the provider is called')
    .requiredOption('-v, --vendor <vendor>', 'who makes it')
    .option('-r, --revision <number>', 'revision, a number that grows')
    .option('-e, --version <version>', 'version for people');
  define(provider, io, 'provider', { issuer: 'account', subject: 'service' }, (options) => {
    const { name, vendor, revision, version } = options as ProviderOptions;
    return { name, vendor, version, revision: readRevision(revision, '--revision'), targetHashes: new Map() };
  });

  define(
    signerCommand(group, 'account'),
    io,
    'account',
    { issuer: 'operator', subject: 'account' },
    readSigner,
  );
  define(
    signerCommand(group, 'operator'),
    io,
    'operator',
    { issuer: 'operator', subject: 'operator' },
    readSigner,
  );
}

function signerCommand(group: Command, kind: 'account' | 'operator'): Command {
  const collect = (key: string, keys: readonly string[]): readonly string[] => [...keys, key];
  return addOutputOption(group.command(kind))
    .requiredOption('-n, --name <name>', `what the ${kind} is called`)
    .option(
      '-a, --additional-key <key>',
      'a public key that signs for it, too; may be repeated',
      collect,
      [],
    );
}

function readSigner(options: SigningOptions): MetadataByKind['account'] {
  const { name, additionalKey } = options as SignerOptions;
  return { name, validSigners: additionalKey };
}

function define<K extends TokenKind>(
  command: Command,
  io: CliIo,
  kind: K,
  kinds: AnyKinds,
  readMetadata: (options: SigningOptions) => MetadataByKind[K],
): void {
  addTimeOptions(addKeyOptions(command.description(`Sign the token of a ${kind}`), kinds)).action(
    async (options: SigningOptions & { readonly name: string }, self: Command) => {
      const { output } = readGlobalOptions(self, io);
      const metadata = readMetadata(options);
      const times = signingTimes(options);
      const { issuer, subject } = await signingKeys(io, options, kinds, options.name);
      const { text } = signToken(kind, { subject: subject.publicKey, metadata, ...times }, issuer);
      io.out(output === 'json' ? jsonDocument({ success: true, token: text }) : `${text}\n`);
    },
  );
}
