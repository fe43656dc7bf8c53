import { createSigningKey, createXKey } from '@wasmlattice/identity';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { readGlobalOptions } from '../global-options.js';
import { keyKindWords, readKeyKind } from '../keys/key-kinds.js';
import { jsonDocument } from '../output/json.js';
import { addOutputOption } from '../output-option.js';

export function addKeysGen(parent: Command, io: CliIo): void {
  addOutputOption(parent.command('gen'))
    .description('Make a key and print it; it is kept nowhere')
    .argument('<kind>', keyKindWords)
    .action((word: string, _options, command: Command) => {
      const { output } = readGlobalOptions(command, io);
      const kind = readKeyKind(word);
      const key = kind === 'curve' ? createXKey() : createSigningKey(kind);
      io.out(
        output === 'json'
          ? jsonDocument({ success: true, public_key: key.publicKey, seed: key.seed() })
          : `Public Key: ${key.publicKey}\nSeed: ${key.seed()}\n\nRemember that the seed is private, treat it as a secret.\n`,
      );
    });
}
