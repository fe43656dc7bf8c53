import { type Document, isAlias, isMap, isScalar, isSeq, type Node, Scalar } from 'yaml';

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
export function documentValues(document: Document): unknown {
  return readValue(document.contents, document);
}

/** Whether nothing but comments stands between two `---`. */
export function isEmptyDocument({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.source === '');
}

function readValue(node: unknown, document: Document): unknown {
  if (isAlias(node)) return readValue(node.resolve(document), document);
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map(({ key, value }) => [keyOf(key, document), readValue(value, document)]),
    );
  }
  if (isSeq(node)) return node.items.map((item) => readValue(item, document));
  return isScalar(node) ? scalarOf(node) : null;
}

function scalarOf({ source, type, value }: Scalar): unknown {
  const isBare = type === Scalar.PLAIN && source !== undefined && value !== null && typeof value !== 'string';
  return isBare ? new BareScalar(value, source) : value;
}

function keyOf(key: unknown, document: Document): string {
  const value = readValue(key as Node, document);
  return value instanceof BareScalar ? value.source : String(value);
}
