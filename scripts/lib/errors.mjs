/** Something the user can mend: shown as it is, without a stack trace. */
export class SetupError extends Error {
  name = 'SetupError';
}

/** Runs an entry script: prints a `SetupError` as a message, anything else with its stack, and exits with 1. */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const text = error instanceof SetupError ? error.message : (error?.stack ?? String(error));
    process.stderr.write(`\n${text}\n`);
    process.exitCode = 1;
  }
}
