import { sourceThread } from '../../testing/source-thread.js';
import { createPreparer, type Preparer, type PreparerOptions } from '../preparer.js';

/** A preparer whose thread runs this package's source. */
export function createSourcePreparer(options: PreparerOptions = {}): Preparer {
  const entry = sourceThread(new URL('../prepare-worker.ts', import.meta.url));
  return createPreparer({ entry, ...options });
}
