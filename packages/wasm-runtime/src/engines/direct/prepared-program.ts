import type { PreparedComponent } from '../engine.js';
import type { Program } from './program.js';
import { engineName } from './unsupported-component-error.js';

/** Counts up when the form changes. */
const format = 3;

/** What threads share of a {@link Program}: the code, and where its state is. */
export interface PreparedProgram
  extends PreparedComponent,
    Pick<Program, 'modules' | 'memories' | 'images' | 'writesTables' | 'resetObstacle'> {}

/** Says who makes a {@link PreparedProgram}. */
export const preparedProgramTag: Pick<PreparedProgram, 'engine' | 'format'> = { engine: engineName, format };
