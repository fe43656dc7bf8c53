import type { ServerResponse } from 'node:http';
import type { ConnectionState, DashboardMessage, EventRow } from '../model/messages.js';
import { type Coalesced, coalesce } from './coalesce.js';
import { openEventStream, sendEvent } from './event-stream.js';
import type { RowTables } from './row-tables.js';

/** What {@link Viewers} tell each page first. */
export interface ViewerGreeting {
  readonly lattice: string;
  readonly isReadOnly: boolean;
  readonly sendsAgain: boolean;
}

/** Changes go out twice a second at most. In ms. */
const tellEveryMs = 500;
/** How many events a page gets when it opens. */
const eventHistory = 500;
/** How many events go out at a time; of more, the newest. */
const mostEventsAtOnce = 100;
/** A page that has not read this much of what it was sent is cut off, and asks anew. In bytes. */
const mostUnread = 8 * 1_024 * 1_024;

/** The pages that look on: each gets everything first, and from then on what changes, while anything does. */
export class Viewers {
  readonly tables: RowTables;
  readonly #greeting: ViewerGreeting;
  readonly #streams = new Set<ServerResponse>();
  readonly #tell: Coalesced;
  #history: EventRow[] = [];
  #untold: EventRow[] = [];
  #eventsLeftOut = 0;
  #connection: ConnectionState = 'connected';

  constructor(greeting: ViewerGreeting, createTables: (onChange: () => void) => RowTables) {
    this.#greeting = greeting;
    this.#tell = coalesce(() => this.#tellChanges(), tellEveryMs);
    this.tables = createTables(() => this.#tell.ask());
  }

  /** Streams to a page until it leaves. */
  add(response: ServerResponse): void {
    // Whoever looks on already must not miss what the newcomer is told.
    this.#tellChanges();
    openEventStream(response);
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
    this.#send(response, {
      kind: 'hello',
      ...this.#greeting,
      connection: this.#connection,
      changes: this.tables.all(),
      events: this.#history,
    });
  }

  /** Whether any page looks on. */
  get isWatched(): boolean {
    return this.#streams.size > 0;
  }

  addEvent(event: EventRow): void {
    this.#history.push(event);
    if (this.#history.length > eventHistory) this.#history = this.#history.slice(-eventHistory);
    this.#untold.push(event);
    if (this.#untold.length > mostEventsAtOnce) {
      this.#untold.shift();
      this.#eventsLeftOut += 1;
    }
    this.#tell.ask();
  }

  setConnection(connection: ConnectionState): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#sendAll({ kind: 'connection', connection });
  }

  close(): void {
    this.#tell.close();
    for (const stream of this.#streams) stream.end();
  }

  #tellChanges(): void {
    const changes = this.tables.takeChanges();
    const events = this.#untold;
    const eventsLeftOut = this.#eventsLeftOut;
    this.#untold = [];
    this.#eventsLeftOut = 0;
    if (changes === undefined && events.length === 0) return;
    this.#sendAll({ kind: 'changes', changes: changes ?? {}, events, eventsLeftOut });
  }

  #sendAll(message: DashboardMessage): void {
    for (const stream of this.#streams) this.#send(stream, message);
  }

  #send(stream: ServerResponse, message: DashboardMessage): void {
    sendEvent(stream, message, mostUnread);
  }
}
