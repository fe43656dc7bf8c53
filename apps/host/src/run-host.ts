import { createDeferredLogSink, createStderrLogger, Redactor } from '@wasmlattice/telemetry';
import { readProcessCeilings } from '@wasmlattice/wasm-runtime';
import { ConfigError } from './config/config-error.js';
import { assertLimitsFit, parseHostConfig } from './config.js';
import { createHost } from './create-host.js';
import { ShutdownTimeoutError } from './host.js';
import { logSettings } from './logging.js';

/** Runs a host until it has stopped. The exit code: 0 stopped in order, 1 failed, 2 wrong flags or variables. */
export async function runHost(): Promise<number> {
  let command: ReturnType<typeof parseHostConfig>;
  try {
    command = parseHostConfig(process.argv.slice(2), process.env);
    if (command.kind === 'run') assertLimitsFit(command.config, readProcessCeilings(command.config.ceilings));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.message.split('\n')) process.stderr.write(`wasmlattice-host: ${line}\n`);
    return 2;
  }
  if (command.kind === 'print') {
    process.stdout.write(command.text);
    return 0;
  }
  const { config, warnings } = command;
  // A reader of the log that goes away must not take the host along.
  process.stderr.on('error', () => {});
  const deferredLog = createDeferredLogSink();
  const redactor = new Redactor();
  const logger = createStderrLogger('host', logSettings(config), { record: deferredLog.record, redactor });
  for (const warning of warnings) logger.warn(warning);

  try {
    const host = await createHost({ config, env: process.env, logger, deferredLog, redactor });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        // Whoever asks twice does not want to wait for what is in progress.
        if (host.state === 'stopping') process.exit(1);
        host.stop({ reason: signal }).catch(() => {});
      });
    }
    try {
      await host.start();
    } catch (error) {
      await host.stop({ reason: 'its start failed' }).catch(() => {});
      throw error;
    }
    await host.stopped;
    return 0;
  } catch (error) {
    logger.error(error instanceof ShutdownTimeoutError ? error.message : 'the host failed', { error });
    return 1;
  }
}
