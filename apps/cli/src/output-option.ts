import { type Command, Option } from 'commander';
import { alsoTakes } from './option-forms.js';

/** For commands that talk to no lattice; `readGlobalOptions` reads it as it does those of the others. */
export function addOutputOption(command: Command): Command {
  command.addOption(
    new Option('-o, --output <format>', 'text or json (default: text)').choices(['text', 'json']),
  );
  return alsoTakes(command, '--experimental');
}
