import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { Events, type NatsConnection } from 'nats';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { describeFailure } from './describe-failure.js';

/** What a NATS server does not let a login do, for the time of one command. */
export interface RefusedSubjects {
  /** A failure, with the subjects that were refused and whom to log in as; one that has nothing to do with permissions as it is. */
  explain(error: unknown): Promise<unknown>;
  /** Tells what was refused and not told yet, and nothing more. */
  close(): void;
}

/** A command that goes on for longer than this, in ms, tells of a refusal at once: most end with it. */
const tellAfterMs = 1_000;
/** For the server to say what it refused, in ms. */
const answerMs = 1_000;
/** What was refused is told of one command, at the most. */
const toldAtMost = 3;

/** Listens to refusals of a connection until it is closed. */
export function watchRefusedSubjects(
  connection: NatsConnection,
  inboxPrefix: string | undefined,
  io: Pick<CliIo, 'err'>,
): RefusedSubjects {
  const refused = new Set<string>();
  const told = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    for (const each of [...refused].filter((text) => !told.has(text))) {
      told.add(each);
      io.err(`warning: NATS does not let this login ${each}\n`);
    }
  };
  const listen = async (): Promise<void> => {
    for await (const { permissionContext, type } of connection.status()) {
      if (type !== Events.Error || permissionContext === undefined) continue;
      const { operation, subject } = permissionContext;
      refused.add(`${operation === 'publish' ? 'publish to' : 'subscribe to'} ${subject}`);
      timer ??= setTimeout(tell, tellAfterMs).unref();
    }
  };
  listen().catch(() => {});
  return {
    async explain(error) {
      // Refusals come before the answer to a flush, and a turn later to who listens.
      await Promise.race([connection.flush().catch(() => {}), delay(answerMs)]);
      await setImmediate();
      clearTimeout(timer);
      if (refused.size === 0) return error;
      const message =
        describeFailure(error)?.message ?? (error instanceof Error ? error.message : String(error));
      const all = [...refused];
      const unnamed = all
        .filter((each) => !message.includes(each.replace(/^\S+ to /, '')))
        .slice(0, toldAtMost);
      const subjects = unnamed.length === 0 ? '' : `: NATS does not let this login ${unnamed.join(', nor ')}`;
      const inbox = inboxPrefix ?? '_INBOX';
      const noAnswer = all.some((each) => each.startsWith(`subscribe to ${inbox}.`));
      return new CliError(`${message}${subjects}`, noAnswer ? inboxCheck : roleCheck, { cause: error });
    },
    close() {
      clearTimeout(timer);
      tell();
    },
  };
}

const roleCheck =
  'log in with --ctl-creds of a role that may (operator, viewer); `wasmlattice doctor` says what a login may do';
const inboxCheck =
  'no answer can arrive: add --ctl-inbox-prefix _INBOX_operator, or _INBOX_viewer (WASMLATTICE_CTL_INBOX_PREFIX): the role of the login';
