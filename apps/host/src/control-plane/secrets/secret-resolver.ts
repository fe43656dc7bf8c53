import type { BackendChange } from '@wasmlattice/secrets';
import { type Logger, type Redactor, shownSecret } from '@wasmlattice/telemetry';
import type { ConfigStore } from '../lattice-store/config-store.js';
import { untilAborted } from '../until-aborted.js';
import { type FollowedSecrets, LiveSecrets, noSecrets, type ResolvedSecrets } from './followed-secrets.js';
import type { FetchedSecret, SecretFetcher, SecretOwner } from './secret-fetcher.js';

/** Turns the names of secrets in lists of configs into values, for as long as somebody uses them. */
export interface SecretResolver {
  /**
   * Fetches secrets, and calls `onChange` whenever a value is another from then on.
   *
   * @param names of CONFIGDATA
   * @throws SecretsError when one can't be had
   */
  bundle(names: readonly string[], owner: SecretOwner, onChange: () => void): Promise<FollowedSecrets>;
  /** The same for those that may be had later: `current` of the result throws until then. */
  follow(names: readonly string[], owner: SecretOwner, onChange: () => void): Promise<FollowedSecrets>;
  /** Gives up what is being fetched; what is there stays with whoever has it. Safe to call twice. */
  close(): void;
}

export interface SecretResolverOptions {
  readonly configs: Pick<ConfigStore, 'follow'>;
  readonly fetcher: Pick<SecretFetcher, 'fetch'>;
  /** Has changes in backends told, until what it returns is called. */
  readonly watch: (onChange: (change: BackendChange) => void) => () => void;
  /** How often backends are asked again of which nobody knows whether they tell of changes, in ms; 0: never. */
  readonly refreshMs: number;
  /** Learns the values: they must not be logged. */
  readonly redactor: Pick<Redactor, 'add'>;
  readonly logger: Logger;
}

/** Follows the references of secrets, what backends of ours say, and the clock. */
export function createSecretResolver(options: SecretResolverOptions): SecretResolver {
  const { configs, fetcher, logger, redactor, refreshMs } = options;
  const all = new Set<LiveSecrets>();
  const closing = new AbortController();
  const endWatch = options.watch((change) => {
    for (const each of all) {
      if (each.concerns(change)) each.refresh();
    }
  });
  const timer =
    refreshMs === 0
      ? undefined
      : setInterval(() => {
          for (const each of all) each.refresh();
        }, refreshMs);
  timer?.unref();

  const fetch = async (names: readonly string[], owner: SecretOwner): Promise<readonly FetchedSecret[]> => {
    const fetched = await untilAborted(fetcher.fetch(names, owner), closing.signal);
    redactor.add(fetched.map(({ secret }) => shownSecret(secret.reveal())));
    return fetched;
  };

  const follow: SecretResolver['follow'] = async (names, owner, onChange) => {
    if (names.length === 0) return noSecrets;
    const closers: (() => void)[] = [];
    const secrets = new LiveSecrets({
      fetch: () => fetch(names, owner),
      onChange,
      onClose() {
        all.delete(secrets);
        for (const close of closers.splice(0)) close();
      },
      logger,
    });
    all.add(secrets);
    try {
      // Each by itself: together, members of one reference would hide those of another.
      for (const name of new Set(names)) {
        const { close } = await configs.follow([name], () => secrets.refresh());
        closers.push(close);
      }
      await secrets.begin();
    } catch (error) {
      secrets.close();
      throw error;
    }
    return secrets;
  };

  return {
    follow,
    async bundle(names, owner, onChange) {
      const secrets = await follow(names, owner, onChange);
      try {
        secrets.current();
      } catch (error) {
        secrets.close();
        throw error;
      }
      return secrets;
    },
    close() {
      closing.abort(new Error('the host is stopping'));
      clearInterval(timer);
      endWatch();
      for (const each of [...all]) each.close();
    },
  };
}

export type { FollowedSecrets, ResolvedSecrets, SecretOwner };
