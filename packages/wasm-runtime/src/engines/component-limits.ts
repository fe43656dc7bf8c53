import { ComponentLimitError } from '../errors.js';
import type { Instantiation } from '../formats/component/index.js';
import { countDefinitions } from '../formats/core-module/index.js';
import type { PrepareOptions } from './engine.js';

const defaultMaxCoreInstances = 30;

/** In all core instances of a component instance, as upstream (docs/spec/component-runtime.md#2). */
const maxTables = 20;

/** What an instance of a component is made of. */
export interface ComponentParts {
  readonly coreInstances: number;
  readonly memories: number;
  readonly tables: number;
}

/**
 * Each core instance, memory and table takes memory of the host whatever the guest does with it, and again for each instance of
 * the component. Upstream's instance pool has the same bounds.
 *
 * @throws ComponentLimitError, MalformedModuleError
 */
export function assertPartsWithinLimits(
  parts: Pick<Instantiation, 'instances' | 'modules'>,
  { component, maxCoreInstances = defaultMaxCoreInstances }: PrepareOptions,
): ComponentParts {
  const { coreInstances, memories, tables } = countParts(parts);
  const assert = (count: number, allowed: number, what: string, advice?: string): void => {
    if (count > allowed)
      throw new ComponentLimitError(component, `has ${count} ${what}`, count, allowed, advice);
  };
  const advice = "raise the host's max-core-instances-per-component";
  assert(coreInstances, maxCoreInstances, 'core instances', advice);
  assert(memories, maxCoreInstances, 'linear memories', advice);
  assert(tables, maxTables, 'tables');
  return { coreInstances, memories, tables };
}

function countParts({ instances, modules }: Pick<Instantiation, 'instances' | 'modules'>): ComponentParts {
  const definitions = modules.map(countDefinitions);
  let coreInstances = 0;
  let memories = 0;
  let tables = 0;
  for (const each of instances) {
    if (each.kind !== 'instantiate') continue;
    coreInstances++;
    memories += definitions[each.module]?.memories ?? 0;
    tables += definitions[each.module]?.tables ?? 0;
  }
  return { coreInstances, memories, tables };
}
