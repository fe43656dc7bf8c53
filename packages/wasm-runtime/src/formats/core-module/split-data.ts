import { createHash } from 'node:crypto';
import { inspectModule } from './inspect-module.js';
import type { ActiveData } from './rewrite-module.js';
import { sectionIds } from './sections.js';

/** A module as its code on one side and its data on the other. */
export interface SplitModule {
  /** SHA-256 of all but the data, hexadecimal. */
  readonly codeHash: string;
  /** As `rewriteModule` takes it out of the module. */
  readonly data: readonly ActiveData[];
}

/**
 * Takes a module apart without reading its code.
 *
 * @returns `undefined` for a module whose data is not all written at the start, at places that are numbers
 * @throws MalformedModuleError for what can't be read
 */
export function splitData(bytes: Uint8Array): SplitModule | undefined {
  const { data, sections } = inspectModule(bytes);
  const active: ActiveData[] = [];
  for (const segment of data) {
    const { memory, offset } = segment.active ?? {};
    if (memory === undefined || typeof offset !== 'number') return undefined;
    active.push({ memory, offset, bytes: segment.bytes });
  }
  const hash = createHash('sha256');
  for (const { end, id, start } of sections) {
    if (id === sectionIds.data || id === sectionIds.dataCount) continue;
    hash.update(`${id} ${end - start}\n`).update(bytes.subarray(start, end));
  }
  return { codeHash: hash.digest('hex'), data: active };
}
