import type { Link, StringMap } from '@wasmlattice/control-interface/types';

/** One line of what an edit changes. */
export interface DiffLine {
  readonly mark: 'added' | 'removed' | 'kept';
  readonly name: string;
  readonly value: string;
  /** Whether the value is better not read over a shoulder. */
  readonly isHidden: boolean;
}

/** Names of values that are often no business of who looks on. */
const hiddenName = /pass|secret|token|credential|private|api[-_]?key|seed/i;

export function isHiddenName(name: string): boolean {
  return hiddenName.test(name);
}

/** What storing `after` in place of `before` changes, in the order of names; `undefined` is a config that is not there. */
export function diffConfigs(
  before: StringMap | undefined,
  after: StringMap | undefined,
): readonly DiffLine[] {
  return diffMaps(before ?? {}, after ?? {}, isHiddenName);
}

/** What putting `after` in place of `before` changes; `undefined` is a link that is not there. */
export function diffLinks(before: Link | undefined, after: Link | undefined): readonly DiffLine[] {
  return diffMaps(linkFields(before), linkFields(after), () => false);
}

export function hasChanges(lines: readonly DiffLine[]): boolean {
  return lines.some(({ mark }) => mark !== 'kept');
}

function diffMaps(
  before: StringMap,
  after: StringMap,
  isHidden: (name: string) => boolean,
): readonly DiffLine[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const line = (mark: DiffLine['mark'], value: string): DiffLine => ({
      mark,
      name,
      value,
      isHidden: isHidden(name),
    });
    const [old, now] = [before[name], after[name]];
    if (old === now && old !== undefined) return [line('kept', old)];
    return [
      ...(old === undefined ? [] : [line('removed', old)]),
      ...(now === undefined ? [] : [line('added', now)]),
    ];
  });
}

function linkFields(link: Link | undefined): StringMap {
  if (link === undefined) return {};
  const lists = {
    interfaces: link.interfaces,
    'source configs': link.sourceConfig,
    'target configs': link.targetConfig,
  };
  return {
    source: link.sourceId,
    target: link.target,
    package: `${link.witNamespace}:${link.witPackage}`,
    name: link.name,
    ...Object.fromEntries(
      Object.entries(lists).flatMap(([name, values]) =>
        values.length === 0 ? [] : [[name, values.join(', ')]],
      ),
    ),
  };
}
