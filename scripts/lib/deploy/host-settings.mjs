import { join } from 'node:path';
import { SetupError } from '../errors.mjs';
import { root } from '../paths.mjs';
import { run } from '../run.mjs';
import { node26 } from '../toolchain.mjs';

/** The flags (`--data-dir`) and variables that the built host knows, by what it says of itself. */
export async function hostSettings() {
  const args = [join(root, 'apps/host/dist/main.js'), '--help-markdown'];
  const { code, output } = await run(node26, args);
  if (code !== 0) throw new SetupError(`the host does not say its settings:\n${output}`);
  return {
    flags: new Set(output.match(/--[a-z0-9-]+/g)),
    variables: new Set(output.match(/\b(WASMCLOUD|WASMLATTICE|OTEL)_[A-Z0-9_]+/g)),
  };
}

/** Which of `names` are no variables of the host; a label may have any name. */
export function unknownVariables(names, { variables }) {
  return names.filter(
    (name) =>
      /^(WASMCLOUD|WASMLATTICE|OTEL)_/.test(name) &&
      !name.startsWith('WASMCLOUD_LABEL_') &&
      !variables.has(name),
  );
}
