import { ComponentLimitError } from '../errors.js';
import type { Instantiation } from '../formats/component/index.js';
import { countDefinitions } from '../formats/core-module/index.js';
import { defaultLimits, type LimitName, type Limits } from '../limits/limit-table.js';
import type { PrepareOptions } from './engine.js';

/** The limits that are part of compiled code. */
export type CodeLimits = Required<
  Pick<PrepareOptions, 'maxMemoryBytes' | 'maxCoreInstances' | 'maxTables' | 'maxTableElements'>
>;

export function codeLimits(limits: Limits): CodeLimits {
  return {
    maxMemoryBytes: limits.memory,
    maxCoreInstances: limits['core-instances'],
    maxTables: limits.tables,
    maxTableElements: limits['table-elements'],
  };
}

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
  instantiation: Pick<Instantiation, 'instances' | 'modules' | 'parts'>,
  {
    component,
    maxCoreInstances = defaultLimits['core-instances'],
    maxTables = defaultLimits.tables,
  }: PrepareOptions,
): ComponentParts {
  const { coreInstances, memories, tables } = countParts(instantiation);
  const assert = (limit: LimitName, count: number, allowed: number, what: string): void => {
    if (count > allowed)
      throw new ComponentLimitError(component, limit, `has ${count} ${what}`, count, allowed);
  };
  assert('core-instances', coreInstances, maxCoreInstances, 'core instances');
  assert('core-instances', memories, maxCoreInstances, 'linear memories');
  assert('core-instances', instantiation.parts.length, maxCoreInstances, 'components within it');
  assert('tables', tables, maxTables, 'tables');
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
