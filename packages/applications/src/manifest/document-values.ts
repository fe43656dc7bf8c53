import { type Document, isAlias, isMap, isScalar, isSeq, Scalar } from 'yaml';
import type { AliasTargets } from './aliases.js';

/** A number or switch without quotes: what YAML makes of it, and how the file has it: 1.1 and `1.10`. */
export class BareScalar {
  readonly value: unknown;
  readonly source: string;

  constructor(value: unknown, source: string) {
    this.value = value;
    this.source = source;
  }
}

/** The values of a document: mappings, lists, texts, {@link BareScalar} and `null`. */
export function documentValues({ contents }: Document, targets: AliasTargets): unknown {
  return readValue(contents, targets);
}

/** Whether nothing but comments stands between two `---`. */
export function isEmptyDocument({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.source === '');
}

function readValue(node: unknown, targets: AliasTargets): unknown {
  if (isAlias(node)) return readValue(targets.get(node), targets);
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map(({ key, value }) => [keyText(key, targets), readValue(value, targets)]),
    );
  }
  if (isSeq(node)) return node.items.map((item) => readValue(item, targets));
  return isScalar(node) ? scalarOf(node) : null;
}

function scalarOf({ source, type, value }: Scalar): unknown {
  const isBare = type === Scalar.PLAIN && source !== undefined && value !== null && typeof value !== 'string';
  return isBare ? new BareScalar(value, source) : value;
}

/** A key as {@link documentValues} has it. */
export function keyText(key: unknown, targets: AliasTargets): string {
  const value = readValue(key, targets);
  return value instanceof BareScalar ? value.source : String(value);
}
