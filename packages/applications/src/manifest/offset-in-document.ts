import { type Document, isAlias, isCollection, isMap, isNode, isSeq } from 'yaml';
import type { AliasTargets } from './aliases.js';
import { keyText } from './document-values.js';
import type { NodePath } from './node-reader.js';

/** Which part of a member is meant: what stands before its colon, or behind it. */
export type MemberPart = 'key' | 'value';

/**
 * Where in the text of a document a member stands.
 *
 * A value below an alias stands where the alias leads to. A list or mapping on lines of its own, and a value that is left out, stand where
 * their key does; a member that is missing stands where the value does that should have it.
 */
export function offsetInDocument(
  { contents }: Document,
  targets: AliasTargets,
  path: NodePath,
  part: MemberPart,
): number | undefined {
  let node: unknown = contents;
  let offset = offsetOf(node);
  for (const [index, step] of path.entries()) {
    const parent = isAlias(node) ? targets.get(node) : node;
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => keyText(key, targets) === step);
      if (pair === undefined) return offset;
      const isAsked = index === path.length - 1;
      const ofKey = offsetOf(pair.key);
      offset = (isAsked && part === 'key') || !isBesideKey(pair.value) ? ofKey : offsetOf(pair.value);
      node = pair.value;
    } else if (isSeq(parent) && typeof step === 'number') {
      node = parent.items[step];
      offset = offsetOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function isBesideKey(value: unknown): boolean {
  if (!isNode(value) || !value.range) return false;
  const [start, end] = value.range;
  return end > start && (!isCollection(value) || value.flow === true);
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
