import { type FSWatcher, watch } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { GetSecretError } from '../protocol/get-secret-error.js';
import type { VersionedSecret } from '../protocol/messages.js';
import { Secret } from '../secret.js';
import type { SecretQuery, SecretsSource } from '../server/secrets-source.js';
import { mayHave } from './may-have.js';

/** Larger files are no secrets. */
const mostBytes = 512 * 1024;

/**
 * Secrets in the files of a folder, for development: the key is the path of the file within it. The version is the time of its last
 * change; others are not kept.
 */
export class FileSecrets implements SecretsSource {
  readonly #folder: string;
  readonly #allowed: readonly string[];

  /** @param allowed public keys that may have them; all that are signed where it is empty */
  constructor(folder: string, allowed: readonly string[] = []) {
    this.#folder = folder;
    this.#allowed = allowed;
  }

  async get({ entity, key, version }: SecretQuery): Promise<VersionedSecret> {
    if (!mayHave(this.#allowed, entity)) throw new GetSecretError('Unauthorized');
    const path = await this.#pathOf(key);
    const { mtimeMs, size } = await stat(path).catch(notFound);
    if (size > mostBytes) throw new GetSecretError('Other', `file ${key} has more than ${mostBytes} bytes`);
    const current = String(Math.trunc(mtimeMs));
    if ((version ?? current) !== current) throw new GetSecretError('SecretNotFound');
    return { secret: Secret.ofBytes(new Uint8Array(await readFile(path).catch(notFound))), version: current };
  }

  /** Calls back when files of the folder change, not those in folders of it. Ends by what is returned. */
  onChange(changed: () => void): () => void {
    let watcher: FSWatcher | undefined = watch(this.#folder, { persistent: false }, changed);
    watcher.on('error', () => {});
    return () => {
      watcher?.close();
      watcher = undefined;
    };
  }

  /** Neither `..` nor a link leads out of the folder. */
  async #pathOf(key: string): Promise<string> {
    if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(key)) throw new GetSecretError('InvalidRequest');
    const folder = await realpath(this.#folder).catch(notFound);
    const path = await realpath(join(folder, key)).catch(notFound);
    const within = relative(folder, path);
    if (within === '' || within === '..' || within.startsWith(`..${sep}`))
      throw new GetSecretError('SecretNotFound');
    return path;
  }
}

function notFound(): never {
  throw new GetSecretError('SecretNotFound');
}
