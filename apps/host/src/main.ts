#!/usr/bin/env node
import { ConfigError } from './config/config-error.js';
import { parseHostConfig } from './config.js';
import { createHost } from './create-host.js';
import { ShutdownTimeoutError } from './host.js';
import { createStderrLogger, logSettings } from './logging.js';

/** Exit codes: 0 stopped in order, 1 failed, 2 wrong flags or variables. */
async function main(): Promise<number> {
  let command: ReturnType<typeof parseHostConfig>;
  try {
    command = parseHostConfig(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`wasmlattice-host: ${error.message}\n`);
    return 2;
  }
  if (command.kind === 'print') {
    process.stdout.write(command.text);
    return 0;
  }
  const { config, warnings } = command;
  const logger = createStderrLogger('host', logSettings(config));
  for (const warning of warnings) logger.warn(warning);

  try {
    const host = await createHost({ config, env: process.env, logger });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => void host.stop({ reason: signal }).catch(() => {}));
    }
    await host.start();
    await host.stopped;
    return 0;
  } catch (error) {
    logger.error(error instanceof ShutdownTimeoutError ? error.message : 'the host failed', { error });
    return 1;
  }
}

// What is left open after a failed or overdue stop must not keep the process.
process.exit(await main());
