import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { DatabaseSettings } from '../settings.js';
import { SqliteError } from '../sql/sqlite-failure.js';
import type { DatabaseAnswers, DatabaseReply, DatabaseRequest } from './messages.js';

/** The process of a database ended in the middle of a statement; the message says why. */
export class DatabaseEndedError extends Error {
  override readonly name = 'DatabaseEndedError';
}

interface Job {
  readonly request: DatabaseRequest;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Running extends Job {
  readonly child: ChildProcess;
  readonly deadline: NodeJS.Timeout;
  /** It ran for too long, and its process was ended. */
  isOverdue: boolean;
}

/** Longest wait for a process to start and open its database, in ms. */
const openTimeoutMs = 30_000;

/**
 * A database in a process of its own: SQLite runs a statement on the thread that asks for it, and nothing but the end of the process
 * stops one. Requests wait for the one before; after the end of a process the next one starts another.
 */
export class DatabaseProcess {
  readonly #settings: DatabaseSettings;
  readonly #program: string;
  readonly #waiting: Job[] = [];
  #child: ChildProcess | undefined;
  #running: Running | undefined;
  #isClosed = false;

  /** @param program the provider's own program */
  constructor(settings: DatabaseSettings, program: string) {
    this.#settings = settings;
    this.#program = program;
  }

  /** Opens the database, unless it is, so that what is wrong shows now. */
  async open(): Promise<void> {
    if (this.#child === undefined) await this.#enqueue({ tag: 'open', settings: this.#settings });
  }

  /**
   * Rejects with a SqliteError for what SQLite refuses, and a DatabaseEndedError for a statement that took too long.
   */
  async request<Tag extends Exclude<DatabaseRequest['tag'], 'open'>>(
    request: Extract<DatabaseRequest, { readonly tag: Tag }>,
  ): Promise<DatabaseAnswers[Tag]> {
    return (await this.#enqueue(request)) as DatabaseAnswers[Tag];
  }

  /** Closes the database; a statement that runs is not waited for. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, 'exit');
    if (this.#running === undefined) child.disconnect();
    else child.kill('SIGKILL');
    await ended;
  }

  #enqueue(request: DatabaseRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#running !== undefined) return;
    if (this.#isClosed) {
      for (const { reject } of this.#waiting.splice(0))
        reject(new DatabaseEndedError('the database was closed'));
      return;
    }
    const [first] = this.#waiting;
    if (first === undefined) return;
    if (this.#child === undefined && first.request.tag !== 'open') {
      const reject = (error: Error): void => {
        this.#waiting.shift();
        first.reject(error);
      };
      this.#run({ request: { tag: 'open', settings: this.#settings }, resolve: () => {}, reject });
      return;
    }
    this.#waiting.shift();
    this.#run(first);
  }

  #run(job: Job): void {
    const child = this.#child ?? this.#start();
    const deadline = setTimeout(() => {
      running.isOverdue = true;
      child.kill('SIGKILL');
    }, this.#timeoutOf(job.request));
    const running: Running = { ...job, child, deadline, isOverdue: false };
    this.#running = running;
    child.send(job.request, (error) => {
      if (error !== null) this.#settle(child, () => job.reject(error));
    });
  }

  /** To open a database is no statement: its process has to start first. */
  #timeoutOf({ tag }: DatabaseRequest): number {
    const { statementTimeoutMs } = this.#settings;
    return tag === 'open' ? Math.max(statementTimeoutMs, openTimeoutMs) : statementTimeoutMs;
  }

  #start(): ChildProcess {
    const child = fork(this.#program, ['database'], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    child.on('message', (reply: DatabaseReply) => {
      this.#settle(child, ({ request, resolve, reject }) => {
        if (reply.tag === 'done') resolve(reply.answer);
        else reject(new SqliteError(reply.failure));
        // One that could not open its database is of no use.
        if (request.tag === 'open' && reply.tag === 'failed') this.#forget(child);
      });
    });
    child.on('error', (error) => this.#ended(child, error.message));
    child.on('exit', (code, signal) =>
      this.#ended(child, `its process ended with ${signal ?? `code ${code}`}`),
    );
    return child;
  }

  #settle(child: ChildProcess, tell: (running: Running) => void): void {
    const running = this.#running;
    if (running?.child !== child) return;
    clearTimeout(running.deadline);
    this.#running = undefined;
    tell(running);
    this.#next();
  }

  #forget(child: ChildProcess): void {
    if (this.#child === child) this.#child = undefined;
    if (child.connected) child.disconnect();
  }

  #ended(child: ChildProcess, reason: string): void {
    if (this.#child === child) this.#child = undefined;
    this.#settle(child, ({ isOverdue, reject }) => {
      const { statementTimeoutMs } = this.#settings;
      const overdue = `it ran for longer than the ${statementTimeoutMs} ms that SQLITE_STATEMENT_TIMEOUT_MS allows`;
      reject(new DatabaseEndedError(`the statement did not end: ${isOverdue ? overdue : reason}`));
    });
  }
}
