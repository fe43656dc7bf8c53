/** Something the user can mend: shown as it is, without a stack trace. */
export class SetupError extends Error {
  name = 'SetupError';
  exitCode = 1;
}

/** A command was called with what it does not take. */
export class UsageError extends SetupError {
  name = 'UsageError';
  exitCode = 2;
}

/** Runs an entry script: prints a `SetupError` as a message, anything else with its stack, and exits with 1, or 2 for a `UsageError`. */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const isForeseen = error instanceof SetupError;
    const text = isForeseen ? error.message : (error?.stack ?? String(error));
    process.stderr.write(`\n${text}\n`);
    process.exitCode = isForeseen ? error.exitCode : 1;
  }
}
