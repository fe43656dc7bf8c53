import type { Logger } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import { decodeChange, type SecretChange } from '../protocol/changes.js';
import { backendOfSubject, secretsChangedSubject } from '../protocol/subjects.js';

/** A change, with the backend that tells of it. */
export interface BackendChange extends SecretChange {
  readonly backend: string;
}

/**
 * Listens to backends of ours that say what changed. Anybody who may publish there may say so, too: it is a reason to ask the backend
 * again, and nothing else.
 *
 * @returns ends it; safe to call twice
 */
export function watchSecretChanges(options: {
  readonly connection: NatsConnection;
  readonly prefix: string;
  readonly onChange: (change: BackendChange) => void;
  readonly logger: Logger;
}): () => void {
  const { connection, logger, onChange, prefix } = options;
  const subscription = connection.subscribe(secretsChangedSubject(prefix), {
    callback(error, message) {
      if (error !== null) {
        logger.warn('changes of secrets are not heard of: may this user subscribe there?', {
          subject: secretsChangedSubject(prefix),
          error,
        });
        return;
      }
      try {
        onChange({ ...decodeChange(message.data), backend: backendOfSubject(prefix, message.subject) ?? '' });
      } catch (cause) {
        logger.debug('ignored a change of secrets that can not be read', {
          subject: message.subject,
          error: cause,
        });
      }
    },
  });
  return () => {
    if (!connection.isClosed()) subscription.unsubscribe();
  };
}
