import { setImmediate } from 'node:timers/promises';
import { Events, type NatsConnection } from 'nats';

/** What the server did not let a connection do. */
export interface Refusals {
  /** Publishes nothing to each subject, and tells those that were let through. */
  publishable(subjects: readonly string[]): Promise<ReadonlySet<string>>;
  /** Subscribes to each for a moment, and tells those that were let through. */
  subscribable(subjects: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whether answers to requests can't arrive. */
  readonly inboxRefused: boolean;
}

/** Listens to refusals of the connection, as long as it is open. */
export function watchRefusals(connection: NatsConnection): Refusals {
  const refused = new Set<string>();
  void (async () => {
    for await (const { type, permissionContext } of connection.status()) {
      if (type !== Events.Error || permissionContext === undefined) continue;
      refused.add(`${permissionContext.operation} ${permissionContext.subject}`);
    }
  })();
  /** Refusals come before the answer to a flush, and a turn later to who listens. */
  const seen = async (): Promise<void> => {
    await connection.flush();
    await setImmediate();
  };
  const allowed = (operation: string, subjects: readonly string[]): ReadonlySet<string> =>
    new Set(subjects.filter((subject) => !refused.has(`${operation} ${subject}`)));
  return {
    async publishable(subjects) {
      for (const subject of subjects) connection.publish(subject);
      await seen();
      return allowed('publish', subjects);
    },
    async subscribable(subjects) {
      const subscriptions = subjects.map((subject) => connection.subscribe(subject, { callback: () => {} }));
      await seen();
      for (const subscription of subscriptions) subscription.unsubscribe();
      return allowed('subscription', subjects);
    },
    get inboxRefused() {
      return [...refused].some((refusal) => refusal.startsWith('subscription _INBOX'));
    },
  };
}
