import { type DiagnosticsClient, type HostFigures, NoDiagnosticsError } from '@wasmlattice/diagnostics';
import type { Logger } from '@wasmlattice/telemetry';
import { figuresBetween } from './figures-between.js';
import type { RowTables } from './row-tables.js';

/** What {@link watchFigures} needs. */
export interface FiguresWatchOptions {
  readonly diagnostics: DiagnosticsClient;
  readonly tables: RowTables;
  /** Whether somebody looks on: else nobody is asked. */
  readonly isWatched: () => boolean;
  readonly logger: Logger;
  /** 2,000 ms by default. */
  readonly everyMs?: number;
}

/** A host that told nothing is asked again after as many rounds. */
const roundsOfSilence = 15;

/** Asks the hosts for their figures again and again while somebody looks on. The result ends it. */
export function watchFigures(options: FiguresWatchOptions): () => void {
  const { diagnostics, everyMs = 2_000, isWatched, logger, tables } = options;
  const closing = new AbortController();
  const readings = new Map<string, HostFigures>();
  const silence = new Map<string, number>();
  let isAsking = false;

  const ask = async (hostId: string): Promise<void> => {
    const rounds = silence.get(hostId) ?? 0;
    if (rounds > 0) {
      silence.set(hostId, rounds - 1);
      return;
    }
    try {
      const after = await diagnostics.figures(hostId, { signal: closing.signal });
      const before = readings.get(hostId);
      readings.set(hostId, after);
      if (before === undefined || after.time <= before.time) return;
      const { host, workloads } = figuresBetween(before, after);
      tables.set('hostFigures', hostId, host);
      tables.replace('figures', workloads, (row) => row.hostId === hostId);
    } catch (error) {
      if (closing.signal.aborted) return;
      if (error instanceof NoDiagnosticsError) silence.set(hostId, roundsOfSilence);
      logger.debug('a host does not tell its figures', { host: hostId, error });
      readings.delete(hostId);
      tables.delete('hostFigures', hostId);
      tables.replace('figures', new Map(), (row) => row.hostId === hostId);
    }
  };

  const timer = setInterval(() => {
    if (!isWatched()) {
      // What happened meanwhile says nothing about now.
      readings.clear();
      return;
    }
    if (isAsking) return;
    isAsking = true;
    const hosts = tables.entries('hosts').map(([hostId]) => hostId);
    void Promise.all(hosts.map(ask)).finally(() => {
      isAsking = false;
    });
  }, everyMs);
  return () => {
    clearInterval(timer);
    closing.abort();
  };
}
