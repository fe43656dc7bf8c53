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
    const describe = ({ import: id, functions, advice }: MissingImport): string => {
      const wanted = functions.length > 0 ? ` (${listed(functions, ', ', shortName)})` : '';
      return `${shortName(id)}${wanted}: ${advice}`;
    };
    const all = listed(missing, separator, describe);
    super(
      `component "${component}" imports what this host can't link:${missing.length > 1 ? separator : ' '}${all}`,
    );
    this.component = component;
    this.missing = missing;
  }
}

const separator = '\n  - ';

/** Most items of a list in a message, and most characters of a name: a component may import any number of any length. */
const mostItems = 20;
const longestName = 200;

/** Describes the first items alone. */
export function listed<T>(items: readonly T[], between: string, describe: (item: T) => string): string {
  const described = items.slice(0, mostItems).map(describe);
  const more = items.length - described.length;
  return [...described, ...(more > 0 ? [`and ${more} more`] : [])].join(between);
}

export function shortName(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, longestName)}…`;
}
