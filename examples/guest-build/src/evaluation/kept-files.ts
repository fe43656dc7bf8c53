/** What {@link ./main.ts} keeps with `--keep`, by the names of the files. */
export const keptFiles = {
  /** StarlingMonkey with the functions of the world, a core module, before any script was evaluated. */
  engine: 'engine.wasm',
  /** The script that binds the world, which the engine evaluates before that of the guest. */
  initializer: 'initializer.js',
  /** What the engine is told of the world: lines of `name=value`. */
  environment: 'environment',
} as const;
