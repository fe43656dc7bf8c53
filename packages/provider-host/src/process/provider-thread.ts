import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { encodeHostData } from '../protocol/index.js';
import { LaunchError } from './launch-command.js';
import { providerEnvironment } from './provider-environment.js';
import { forwardOutput } from './provider-output.js';
import type { ProviderProcess, ProviderProcessOptions } from './provider-process.js';

/**
 * Runs a JavaScript provider in a thread of this process, as if it were a process of its own: it reads HostData from its standard input,
 * its outputs are logged, and its end is that of the thread. For providers of ours, which are trusted as the host is.
 */
export async function startProviderThread(
  options: Pick<ProviderProcessOptions, 'file' | 'hostData' | 'environment' | 'logger' | 'redact'>,
): Promise<ProviderProcess> {
  const { file, hostData, environment, logger, redact = (text) => text } = options;
  const worker = new Worker(file, {
    name: basename(file),
    stdin: true,
    stdout: true,
    stderr: true,
    env: { ...providerEnvironment(environment) },
  });
  const lastLines = forwardOutput(worker, { logger, redact });
  let crash: string | undefined;
  worker.on('error', (error: unknown) => {
    crash = redact(error instanceof Error ? (error.stack ?? error.message) : String(error));
    logger.error('the provider failed', { error: crash });
  });
  const exited = new Promise<number>((resolve) => worker.once('exit', resolve)).then((code) => ({
    code,
    lastLines: crash === undefined ? lastLines() : [...lastLines(), ...crash.split('\n')],
  }));
  const { stdin } = worker;
  if (stdin === null)
    throw new LaunchError(`${file} could not be started as a thread: it has no standard input`);
  stdin.on('error', () => {});
  stdin.end(encodeHostData(hostData));
  return {
    pid: process.pid,
    exited,
    lastLines,
    async terminate() {
      await worker.terminate();
      await exited;
      return 'killed';
    },
  };
}
