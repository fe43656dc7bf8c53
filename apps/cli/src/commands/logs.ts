import { encodeLogLine } from '@wasmlattice/diagnostics';
import { type ExportedLog, formatTextRecord, type LogLevel, logLevels } from '@wasmlattice/telemetry';
import { type Command, Option } from 'commander';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice } from '../command.js';
import { diagnosticsOf } from '../diagnostics.js';
import { allHosts } from '../find-host.js';
import { addGlobalOptions } from '../global-options.js';
import { jsonLine } from '../output/json.js';

interface LogsOptions {
  readonly level: LogLevel;
}

export function addLogs(program: Command, io: CliIo): void {
  addGlobalOptions(program.command('logs'))
    .description('Show what hosts log from now on, until Ctrl-C: of guests, providers and themselves')
    .argument('[id]', 'component or provider whose lines are wanted; all lines without one')
    .option('-f, --follow', 'as it does anyway: hosts keep no lines')
    .addOption(
      new Option('--level <level>', 'least severe level; none below the --log-level of a host')
        .choices(logLevels)
        .default('trace', 'all that hosts log'),
    )
    .action((id: string | undefined, { level }: LogsOptions, self: Command) =>
      onLattice(self, io, (lattice) => follow(lattice, id, level)),
    );
}

async function follow(lattice: LatticeCommand, workload: string | undefined, level: LogLevel): Promise<void> {
  const { io, options } = lattice;
  const { output } = options;
  const names = new Map<string, string>();
  const name = (hostId: string): string => names.get(hostId) ?? hostId;
  const answers = new Map<string, string | undefined>();
  const ended = new AbortController();
  const signal = AbortSignal.any([io.signal, ended.signal]);

  const following = diagnosticsOf(lattice).followLogs({
    workload,
    level,
    signal,
    onHost(hostId, refusal) {
      answers.set(hostId, refusal);
      if (refusal !== undefined) io.err(`warning: host ${name(hostId)} shows no log: ${refusal}\n`);
    },
    onLines(hostId, lines, dropped) {
      for (const line of lines) {
        io.out(
          output === 'json'
            ? jsonLine({ host_id: hostId, ...encodeLogLine(line) })
            : `${renderLine(line, names.size > 1 ? name(hostId) : undefined, io.terminal?.out === true)}\n`,
        );
      }
      if (dropped === 0) return;
      if (output === 'json') io.out(jsonLine({ host_id: hostId, dropped }));
      else
        io.err(`warning: ${dropped} lines of host ${name(hostId)} are missing: it logs more than it tells\n`);
    },
  });
  const introduce = async (): Promise<void> => {
    const hosts = await allHosts(lattice.client, { gatherMs: options.gatherMs, signal });
    for (const { id, friendlyName } of hosts) names.set(id, friendlyName);
    if (output === 'text') io.err(await introduction(lattice, workload, [...names.keys()], signal));
    for (const { id, friendlyName } of hosts) {
      if (answers.has(id)) continue;
      io.err(
        `warning: host ${friendlyName} shows no log: it runs with --diagnostics off, is none of ours, or this login may not ask\n`,
      );
    }
  };
  const introducing = introduce().catch((error: unknown) => {
    ended.abort();
    if (!io.signal.aborted) throw error;
  });
  try {
    await Promise.all([following, introducing]);
  } catch (error) {
    ended.abort();
    await following.catch(() => {});
    throw error;
  }
}

async function introduction(
  { client, lattice }: LatticeCommand,
  workload: string | undefined,
  hostIds: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  if (workload === undefined) return `log of lattice ${lattice}, Ctrl-C ends\n`;
  const inventories = await Promise.all(hostIds.map((id) => client.getHostInventory(id, { signal })));
  const runs = inventories.some(({ components, providers }) =>
    [...components, ...providers].some(({ id }) => id === workload),
  );
  return runs
    ? `log of ${workload} in lattice ${lattice}, Ctrl-C ends\n`
    : `warning: nothing with the id ${workload} runs in lattice ${lattice} now: its lines will come when it does\n`;
}

function renderLine(line: ExportedLog, host: string | undefined, colors: boolean): string {
  const { attributes, traceId, ...record } = line;
  const fields = {
    ...(host !== undefined && { host }),
    ...attributes,
    ...(traceId && { trace_id: traceId }),
  };
  return formatTextRecord({ ...record, fields }, colors);
}
