import { formatFunction, type WitFunction, type WitInterface } from '@wasmlattice/rpc';
import type { ComponentTypes } from '../engines/engine.js';
import { parseInterfaceId } from '../interface-id.js';
import type { MissingImport } from '../linker/missing-import-error.js';

/** An interface that a component imports or exports; one with an empty `id` has the functions of the world itself. */
export interface InspectedInterface {
  readonly id: string;
  /** In WIT's spelling. */
  readonly functions: readonly string[];
  /** Of an import: who serves it. `types` has no functions, and needs nobody. */
  readonly servedBy?: 'host' | 'link' | 'types' | 'nobody';
  /** Why nobody does, and what to do. */
  readonly advice?: string;
}

/**
 * The imports and exports of a component.
 *
 * @param isHosted whether the host serves the interface of this name (without version) itself
 */
export function describeWorld(
  { imports, exports, importedFunctions, exportedFunctions }: ComponentTypes,
  isHosted: (name: string) => boolean,
  missing: readonly MissingImport[],
): { readonly imports: readonly InspectedInterface[]; readonly exports: readonly InspectedInterface[] } {
  const advice = new Map(missing.map((each) => [each.import, each.advice]));
  const describe = ({ id, functions }: Pick<WitInterface, 'id' | 'functions'>): InspectedInterface => ({
    id,
    functions: functions.map(formatFunction),
  });
  const describeImport = (imported: WitInterface): InspectedInterface => {
    const { functions, id, resources } = imported;
    const reason = advice.get(id);
    if (reason !== undefined) return { ...describe(imported), servedBy: 'nobody', advice: reason };
    if (functions.length === 0 && resources.length === 0) return { ...describe(imported), servedBy: 'types' };
    return { ...describe(imported), servedBy: isHosted(parseInterfaceId(id).name) ? 'host' : 'link' };
  };
  const describeFunction = (func: WitFunction): InspectedInterface => ({
    ...describe({ id: '', functions: [func] }),
    servedBy: 'nobody',
    advice: advice.get(func.name) ?? '',
  });
  const world = exportedFunctions.length > 0 ? [describe({ id: '', functions: exportedFunctions })] : [];
  return {
    imports: [...imports.map(describeImport), ...importedFunctions.map(describeFunction)],
    exports: [...exports.map(describe), ...world],
  };
}
