import { closestWord } from '@wasmlattice/provider-host/config-schema';
import { type WitFunction, wireName } from '@wasmlattice/rpc';
import type { ComponentTypes } from '@wasmlattice/wasm-runtime/engines';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';

/** A function that a component exports; `instance` is empty for one of the world itself. */
export interface ExportedFunction {
  readonly instance: string;
  readonly func: WitFunction;
}

/**
 * The exported function of a name: `acme:shop/cart@1.0.0.total`, and what is left of it without version, package or interface as long as
 * it fits one function only.
 *
 * @throws CliError with the names that there are
 */
export function findExport(
  types: Pick<ComponentTypes, 'exports' | 'exportedFunctions'>,
  name: string,
): ExportedFunction {
  const all = [
    ...types.exports.flatMap(({ functions, id }) => functions.map((func) => ({ instance: id, func }))),
    ...types.exportedFunctions.map((func) => ({ instance: '', func })),
  ];
  const matching = all.filter((each) => spellings(each).includes(name));
  const [only, another] = matching;
  if (only !== undefined && another === undefined) return only;
  const listed = (matching.length > 0 ? matching : all).map((each) => spellings(each)[0] ?? '');
  if (only !== undefined) {
    throw new CliError(
      `\`${name}\` fits ${matching.length} functions`,
      `name one of them: ${listed.join(', ')}`,
      {
        exitCode: exitCodes.usage,
      },
    );
  }
  const meant = closestWord(name, all.flatMap(spellings));
  throw new CliError(
    `the component exports no function \`${name}\``,
    meant === undefined
      ? listed.length === 0
        ? 'it exports none'
        : `functions are ${listed.join(', ')}`
      : `did you mean ${meant}?`,
    { exitCode: exitCodes.usage },
  );
}

/** From the full name to the shortest. */
function spellings({ func, instance }: ExportedFunction): string[] {
  const name = wireName(func.name);
  if (instance === '') return [name];
  const withoutVersion = instance.replace(/@.*$/, '');
  const alone = withoutVersion.slice(withoutVersion.indexOf('/') + 1);
  return [`${instance}.${name}`, `${withoutVersion}.${name}`, `${alone}.${name}`, name];
}
