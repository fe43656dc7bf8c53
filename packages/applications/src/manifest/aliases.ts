import { type Alias, type Document, isAlias, isCollection, isNode, isPair, type Node, visit } from 'yaml';

/** What the aliases of a document stand for. Each is of the same document and does not hold the alias. */
export type AliasTargets = ReadonlyMap<Alias, Node>;

/** An alias that can't be read. */
export interface AliasProblem {
  readonly alias: Alias;
  readonly message: string;
}

/** A few lines of aliases of aliases may stand for as many values as one likes. */
const maxValues = 100_000;

export function readAliases(document: Document): {
  readonly targets: AliasTargets;
  readonly problems: readonly AliasProblem[];
} {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const problems: AliasProblem[] = [];
  visit(document, {
    Value(_key, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Alias(_key, alias, ancestors) {
      const target = anchors.get(alias.source);
      if (target === undefined) {
        const message = `there is no anchor \`&${alias.source}\` before \`*${alias.source}\``;
        problems.push({ alias, message });
      } else if (ancestors.includes(target)) {
        problems.push({ alias, message: `\`*${alias.source}\` stands within its own anchor` });
      } else {
        targets.set(alias, target);
      }
    },
  });
  if (problems.length === 0) {
    const [alias] = targets.keys();
    if (alias !== undefined && countValues(document.contents, targets) > maxValues) {
      const message = `aliases make more than ${maxValues} values of this manifest: write out what it is to have`;
      problems.push({ alias, message });
    }
  }
  return { targets, problems };
}

/** How many values a node has with all aliases written out. */
function countValues(root: unknown, targets: AliasTargets): number {
  const counted = new Map<unknown, number>();
  const count = (node: unknown): number => {
    const before = counted.get(node);
    if (before !== undefined) return before;
    const values = isAlias(node) ? count(targets.get(node)) : 1 + sum(partsOf(node).map(count));
    counted.set(node, values);
    return values;
  };
  return count(root);
}

function partsOf(node: unknown): readonly unknown[] {
  if (isPair(node)) return [node.value];
  return isNode(node) && isCollection(node) ? node.items : [];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
