/** One import that can't be satisfied. */
export interface MissingImport {
  /** Verbatim id; a world-level function's name for one of those. */
  readonly import: string;
  /** The functions that the component wants from it, named as in the binary, unless the advice names those that matter. */
  readonly functions: readonly string[];
  /** What is wrong and what to do about it. */
  readonly advice: string;
}

/** A component imports what this host does not offer. It names every such import, a line for each, so that one look is enough. */
export class MissingImportError extends Error {
  override readonly name = 'MissingImportError';
  readonly component: string;
  readonly missing: readonly MissingImport[];

  constructor(component: string, missing: readonly MissingImport[]) {
    const lines = missing.map(({ import: id, functions, advice }) => {
      const wanted = functions.length > 0 ? ` (${listed(functions, ', ')})` : '';
      return `${id}${wanted}: ${advice}`;
    });
    const [first, ...others] = lines;
    const all = others.length === 0 ? ` ${first}` : lines.map((line) => `\n  - ${line}`).join('');
    super(`component "${component}" imports what this host can't link:${all}`);
    this.component = component;
    this.missing = missing;
  }
}

/** Most names of a list in a message: a component may import any number. */
const mostNames = 10;

export function listed(names: readonly string[], separator: string): string {
  const more = names.length - mostNames;
  return more > 0
    ? `${names.slice(0, mostNames).join(separator)}${separator}and ${more} more`
    : names.join(separator);
}
