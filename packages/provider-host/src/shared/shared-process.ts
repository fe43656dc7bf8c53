import { type ChildProcess, spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@wasmlattice/telemetry';
import { type GroupGuard, noGroupGuard } from '../process/group-guard.js';
import { nodeFlags } from '../process/launch-command.js';
import { endGroup, signalGroup } from '../process/process-group.js';
import { type Environment, providerEnvironment } from '../process/provider-environment.js';
import { forwardOutput } from '../process/provider-output.js';
import type { ProcessExit, ProviderProcess, ProviderProcessOptions } from '../process/provider-process.js';
import { encodeHostData } from '../protocol/index.js';
import { settlesWithin, systemSleep } from '../sleep.js';
import type { FromShared, ToShared } from './messages.js';

export interface SharedProcessOptions {
  /** The Node.js that runs it. */
  readonly nodePath: string;
  /** The host's environment; only a few variables reach it. */
  readonly environment: Environment;
  readonly guard?: GroupGuard | undefined;
  /** Takes what it writes that is of no one provider. */
  readonly logger: Logger;
  readonly redact?: ((text: string) => string) | undefined;
  /** The program that it runs; another build of it in tests. */
  readonly entry?: URL | undefined;
}

/**
 * One process for several providers on our SDK. It is started with the first and ends with the last. They share an event loop, so one that computes
 * makes the others wait, and an error that nobody catches ends all of them; each is started again then.
 */
export interface SharedProcess {
  /** Starts a provider in it, as `startProviderProcess` does in a process of its own. */
  start(options: SharedStart): Promise<ProviderProcess>;
}

export type SharedStart = Pick<ProviderProcessOptions, 'file' | 'hostData' | 'logger' | 'redact'>;

/** A provider in the process. */
interface Seat {
  line(text: string): void;
  end(exit: Omit<ProcessExit, 'lastLines'>, words: readonly string[]): void;
}

interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly seats: Map<number, Seat>;
}

/** How long what the process leaves behind of its group may take to end. */
const groupGraceMs = 500;

export function createSharedProcess(options: SharedProcessOptions): SharedProcess {
  const { guard = noGroupGuard, logger, nodePath, redact = (text) => text } = options;
  const { entry = new URL('./shared-program.js', import.meta.url) } = options;
  let current: Running | undefined;
  let seats = 0;

  const run = async (): Promise<Running> => {
    const child = spawn(nodePath, [...nodeFlags, fileURLToPath(entry)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: providerEnvironment(options.environment),
      windowsHide: true,
      // A group of its own. Ctrl-C at the terminal is the host's, which stops its providers in order.
      detached: true,
    });
    const { pid, stderr, stdout } = child;
    if (pid === undefined || stdout === null || stderr === null) {
      return await new Promise((_, reject) => child.once('error', reject));
    }
    const unwatch = guard.watch(pid);
    const words = forwardOutput({ stdout, stderr }, { logger, redact });
    const running: Running = { child, pid, seats: new Map() };
    child.on('error', () => {});
    child.on('message', (message: FromShared) => {
      const seat = running.seats.get(message.seat);
      if (message.tag === 'line') seat?.line(message.text);
      else leave(running, message.seat, { code: message.error === undefined ? 0 : 1 }, message.error);
    });
    child.once('exit', async (code, signal) => {
      if (current === running) current = undefined;
      await endGroup(pid, groupGraceMs, systemSleep);
      unwatch();
      const exit = { code: code ?? undefined, signal: signal ?? undefined };
      for (const seat of running.seats.values()) seat.end(exit, words());
      running.seats.clear();
    });
    return running;
  };

  const leave = (
    running: Running,
    number: number,
    exit: Omit<ProcessExit, 'lastLines'>,
    error = '',
  ): void => {
    const seat = running.seats.get(number);
    running.seats.delete(number);
    seat?.end(exit, error === '' ? [] : redact(error).split('\n'));
    if (running.seats.size > 0) return;
    if (current === running) current = undefined;
    if (running.child.connected) running.child.disconnect();
  };

  return {
    async start({ file, hostData, logger: output, redact: redactLine = redact }) {
      current ??= await run();
      const running = current;
      seats += 1;
      const number = seats;
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const lastLines = forwardOutput({ stdout, stderr }, { logger: output, redact: redactLine });
      const exited = new Promise<ProcessExit>((resolve) => {
        running.seats.set(number, {
          line: (text) => stderr.write(`${text}\n`),
          end(exit, words) {
            for (const line of words) stderr.write(`${line}\n`);
            stdout.end();
            stderr.end();
            stderr.once('end', () => resolve({ ...exit, lastLines: lastLines() }));
          },
        });
      });
      const tell = (message: ToShared): void => {
        if (running.child.connected) running.child.send(message, () => {});
      };
      tell({ tag: 'start', seat: number, file, hostData: encodeHostData(hostData) });
      return {
        pid: running.pid,
        exited,
        lastLines,
        async terminate(killAfterMs) {
          tell({ tag: 'stop', seat: number });
          if (await settlesWithin(exited, killAfterMs, systemSleep)) return 'ended';
          // Its event loop is that of all: nothing less ends it.
          logger.warn('a provider does not stop, so the process that it shares with others is killed');
          signalGroup(running.pid, 'SIGKILL');
          await exited;
          return 'killed';
        },
      };
    },
  };
}
