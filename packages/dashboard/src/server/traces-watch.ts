import type { ServerResponse } from 'node:http';
import { type DiagnosticsClient, NoDiagnosticsError } from '@wasmlattice/diagnostics';
import type { Logger } from '@wasmlattice/telemetry';
import type { TraceMessage } from '../model/traces.js';
import { openEventStream, sendEvent } from './event-stream.js';
import type { RowTables } from './row-tables.js';
import { TraceLog } from './trace-log.js';

/** What {@link TracesWatch} needs. */
export interface TracesWatchOptions {
  readonly diagnostics: Pick<DiagnosticsClient, 'traces'>;
  readonly tables: Pick<RowTables, 'entries'>;
  /** Whether hosts are asked while no page looks at traces, too: what happened before it opened is there then. */
  readonly isAlwaysOn?: boolean | undefined;
  /** Gives back what guests say as it is to be shown. */
  readonly shown?: ((text: string) => string) | undefined;
  readonly logger: Logger;
  /** 1,000 ms by default. */
  readonly everyMs?: number | undefined;
}

/** A host that told nothing is asked again after as many rounds. */
const roundsOfSilence = 15;
/** Answers that are taken from one host in a round: under load the newest ones will do. */
const mostAnswersAtOnce = 8;
/** A page that has not read this much of what it was sent is cut off, and asks anew. In bytes. */
const mostUnread = 16 * 1_024 * 1_024;

/** Asks the hosts for what ended on them while a page looks at traces, and tells the pages. */
export class TracesWatch {
  readonly #options: TracesWatchOptions;
  readonly #traces: TraceLog;
  readonly #streams = new Set<ServerResponse>();
  /** What to ask a host for next. */
  readonly #next = new Map<string, number>();
  readonly #silence = new Map<string, number>();
  readonly #refusals = new Map<string, string>();
  #lost = 0;
  #round: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(options: TracesWatchOptions) {
    this.#options = options;
    this.#traces = new TraceLog(options.shown);
    this.#timer = setInterval(() => this.#look(), options.everyMs ?? 1_000);
    if (options.isAlwaysOn === true) this.#look();
  }

  /** Streams to a page until it leaves. */
  add(response: ServerResponse): void {
    openEventStream(response);
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
    this.#send(response, { kind: 'traces', traces: this.#traces.all(), lost: this.#lost });
    for (const message of this.#refusals.values()) this.#send(response, { kind: 'refusal', message });
    this.#look();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const stream of this.#streams) stream.end();
  }

  #look(): void {
    if (this.#streams.size === 0 && this.#options.isAlwaysOn !== true) return;
    const hosts = this.#options.tables.entries('hosts').map(([hostId]) => hostId);
    this.#round ??= Promise.all(hosts.map((hostId) => this.#ask(hostId)))
      .then(() => this.#tell())
      .finally(() => {
        this.#round = undefined;
      });
  }

  async #ask(hostId: string): Promise<void> {
    const rounds = this.#silence.get(hostId) ?? 0;
    if (rounds > 0) {
      this.#silence.set(hostId, rounds - 1);
      return;
    }
    const { diagnostics, logger } = this.#options;
    try {
      for (let answers = 0; answers < mostAnswersAtOnce && !this.#isClosed; answers += 1) {
        const told = await diagnostics.traces(hostId, this.#next.get(hostId) ?? 0);
        this.#next.set(hostId, told.next);
        this.#lost += told.dropped;
        this.#traces.add({ ...told, hostId });
        if (told.refusal !== undefined) this.#refuse(hostId, told.refusal);
        if (!told.hasMore) return;
      }
    } catch (error) {
      if (this.#isClosed) return;
      if (error instanceof NoDiagnosticsError) this.#silence.set(hostId, roundsOfSilence);
      logger.debug('a host does not tell its traces', { host: hostId, error });
    }
  }

  #refuse(hostId: string, refusal: string): void {
    this.#silence.set(hostId, roundsOfSilence);
    if (this.#refusals.has(hostId)) return;
    const message = `Host ${hostId}: ${refusal}`;
    this.#refusals.set(hostId, message);
    for (const stream of this.#streams) this.#send(stream, { kind: 'refusal', message });
  }

  #tell(): void {
    const traces = this.#traces.takeChanges();
    if (traces.length === 0) return;
    for (const stream of this.#streams) this.#send(stream, { kind: 'traces', traces, lost: this.#lost });
  }

  #send(stream: ServerResponse, message: TraceMessage): void {
    sendEvent(stream, message, mostUnread);
  }
}
