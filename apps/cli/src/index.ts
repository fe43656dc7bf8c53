export { CliError } from './cli-error.js';
export type { CliIo } from './cli-io.js';
export { exitCodes } from './exit-codes.js';
export { runCli } from './program.js';
