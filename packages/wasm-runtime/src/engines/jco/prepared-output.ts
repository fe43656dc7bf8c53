import type { PreparedComponent } from '../engine.js';
import type { CoreModule } from '../web-assembly.js';

export const engineName = 'jco';

/** Counts up when the form changes. */
const format = 1;

/** What jco generated for a component. It is all here, so that loading it needs no file of the cache. */
export interface PreparedOutput extends PreparedComponent {
  /** The body of a function without parameters; it returns the generated `instantiate`. */
  readonly script: string;
  /** By the names that the script asks for. */
  readonly coreModules: ReadonlyMap<string, CoreModule>;
  /** Linear memories of an instance. */
  readonly memories: number;
  /** The imports that the script awaits, as in `TranspilePlan`. */
  readonly asyncImports: readonly string[];
}

/** Says who makes a {@link PreparedOutput}. */
export const preparedOutputTag: Pick<PreparedOutput, 'engine' | 'format'> = { engine: engineName, format };
