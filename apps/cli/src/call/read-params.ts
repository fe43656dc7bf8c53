import { closestWord } from '@wasmlattice/provider-host/config-schema';
import { formatFunction, type WitFunction, type WitType } from '@wasmlattice/rpc';
import { JsonValueError, jsonToValue } from '@wasmlattice/rpc/json';
import { usageError } from '../global-options.js';

/**
 * The parameters of a call, from the arguments of the command line: a JSON value for each, or one JSON object with all of them by name.
 * Text for a parameter of type `string` needs no quotes.
 *
 * @throws CliError that names the parameter and says what belongs there
 */
export function readParams(func: WitFunction, texts: readonly string[]): unknown[] {
  try {
    const named = namedParams(func, texts);
    if (named !== undefined) {
      return func.params.map(({ name, type }) => jsonToValue(type, named[name], name));
    }
    if (texts.length !== func.params.length) {
      refuseNames(func, texts);
      throw usageError(
        `${func.name} has ${func.params.length} parameters, and ${texts.length} values are given`,
        `it is ${formatFunction(func)}; give each as JSON, or all in one object by name`,
      );
    }
    return func.params.map(({ name, type }, index) =>
      jsonToValue(type, parse(texts[index] ?? '', type, name), name),
    );
  } catch (error) {
    if (!(error instanceof JsonValueError)) throw error;
    throw usageError(error.message, `the function is ${formatFunction(func)}`);
  }
}

/** @throws CliError for an object that is meant to name the parameters, and does not name them */
function refuseNames(func: WitFunction, [text, another]: readonly string[]): void {
  const json = text === undefined || another !== undefined ? undefined : tryParse(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return;
  const wanted = func.params.map(({ name }) => name);
  const given = Object.keys(json);
  const missing = wanted.filter((name) => !given.includes(name));
  const problems = [
    ...missing.map((name) => `\`${name}\` is missing`),
    ...given
      .filter((name) => !wanted.includes(name))
      .map((name) => {
        const meant = closestWord(name, missing);
        return `there is no \`${name}\`${meant === undefined ? '' : `: write \`${meant}\``}`;
      }),
  ];
  throw usageError(
    `the object does not name the ${wanted.length} parameters of ${func.name}: ${problems.join('; ')}`,
    `it is ${formatFunction(func)}`,
  );
}

/** The members of an object that names exactly the parameters; a single parameter that takes the object itself comes first. */
function namedParams(
  { params }: WitFunction,
  [text, another]: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined || another !== undefined) return undefined;
  const json = tryParse(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const names = Object.keys(json).sort();
  const wanted = params.map(({ name }) => name).sort();
  const [only] = params;
  const isExact = names.length === wanted.length && names.every((name, index) => name === wanted[index]);
  if (!isExact || (params.length === 1 && only !== undefined && takes(only.type, json))) return undefined;
  return json as Readonly<Record<string, unknown>>;
}

function takes(type: WitType, json: unknown): boolean {
  try {
    jsonToValue(type, json, '');
    return true;
  } catch {
    return false;
  }
}

function parse(text: string, type: WitType, name: string): unknown {
  const json = tryParse(text);
  const isText = type.kind === 'string' || type.kind === 'char' || type.kind === 'enum';
  if (isText && typeof json !== 'string') return text;
  if (json !== undefined) return json;
  throw usageError(
    `the value of ${name} is no JSON: ${text}`,
    'put text in double quotes, and the whole in single ones',
  );
}

/** `undefined` for what is no JSON. */
function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
