import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { connectionFailure } from './describe-failure.js';
import { manifestMediaTypes, mostManifestBytes } from './manifest.js';
import { BodyTooLargeError, readBody } from './read-body.js';
import type { RegistryConnection } from './registry-connection.js';
import { RegistryError } from './registry-error.js';
import { sha256Digest } from './sha256.js';

/** A manifest as it came. */
export interface FetchedManifest {
  /** Of `bytes`, computed here. */
  readonly digest: string;
  readonly bytes: Uint8Array;
  readonly contentType: string | undefined;
}

/** The operations of the distribution specification on one repository of a registry. */
export class Repository {
  readonly #connection: RegistryConnection;
  readonly #path: string;
  /** As messages name it. */
  readonly #name: string;

  constructor(connection: RegistryConnection, repository: string) {
    this.#connection = connection;
    this.#path = `v2/${repository}`;
    this.#name = `${connection.registry}/${repository}`;
  }

  get registry(): string {
    return this.#connection.registry;
  }

  /**
   * The manifest with a tag or a digest.
   *
   * @throws RegistryError; `corrupt` when it is not the one of the digest that was asked for, or that the registry says it is
   */
  async manifest(tagOrDigest: string): Promise<FetchedManifest> {
    const what = `the manifest of '${this.#named(tagOrDigest)}'`;
    const { response, url } = await this.#connection.request({
      method: 'GET',
      target: `/${this.#path}/manifests/${tagOrDigest}`,
      scope: this.#scope('pull'),
      headers: { accept: Object.values(manifestMediaTypes).join(', ') },
      expected: [200],
      what,
    });
    const bytes = await this.#body(response, url, what);
    const digest = sha256Digest(bytes);
    const announced = tagOrDigest.startsWith('sha256:')
      ? tagOrDigest
      : header(response, 'docker-content-digest');
    if (announced?.startsWith('sha256:') && announced !== digest) {
      throw new RegistryError(
        `the registry '${this.registry}' gives ${what} with the digest ${digest}, not ${announced}: it was changed on the way or at the registry`,
        { code: 'corrupt', registry: this.registry, url: url.href },
      );
    }
    return { digest, bytes, contentType: header(response, 'content-type') };
  }

  /**
   * The bytes of a blob, from `offset` on when the registry does so: `offset` of the answer says where it begins. The stream must be read or
   * destroyed.
   */
  async blob(
    digest: string,
    offset = 0,
  ): Promise<{ readonly body: IncomingMessage; readonly offset: number }> {
    const { response } = await this.#connection.request({
      method: 'GET',
      target: `/${this.#path}/blobs/${digest}`,
      scope: this.#scope('pull'),
      headers: offset > 0 ? { range: `bytes=${offset}-` } : {},
      expected: offset > 0 ? [200, 206] : [200],
      what: `the blob ${digest} of '${this.#name}'`,
    });
    const range = /^bytes (\d+)-/.exec(header(response, 'content-range') ?? '');
    const isPart = response.statusCode === 206 && range !== null;
    return { body: response, offset: isPart ? Number(range[1]) : 0 };
  }

  /** Whether the repository has a blob. */
  async hasBlob(digest: string): Promise<boolean> {
    const { response } = await this.#connection.request({
      method: 'HEAD',
      target: `/${this.#path}/blobs/${digest}`,
      scope: this.#scope('pull,push'),
      expected: [200, 404],
      what: `the blob ${digest} of '${this.#name}'`,
    });
    response.resume();
    return response.statusCode === 200;
  }

  /** Uploads a blob in one piece. `body` is called again when the registry wants another token in between. */
  async putBlob(digest: string, size: number, body: () => Uint8Array | Readable): Promise<void> {
    const what = `room for a blob in '${this.#name}'`;
    const begun = await this.#connection.request({
      method: 'POST',
      target: `/${this.#path}/blobs/uploads/`,
      scope: this.#scope('pull,push'),
      headers: { 'content-length': '0' },
      expected: [202],
      what,
    });
    begun.response.resume();
    const { location } = begun.response.headers;
    if (location === undefined || !URL.canParse(location, begun.url)) {
      throw new RegistryError(
        `the registry '${this.registry}' does not say where ${what} is: check its configuration`,
        {
          code: 'refused',
          registry: this.registry,
          url: begun.url.href,
        },
      );
    }
    const target = new URL(location, begun.url);
    target.searchParams.set('digest', digest);
    const { response } = await this.#connection.request({
      method: 'PUT',
      target,
      scope: this.#scope('pull,push'),
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
      body,
      expected: [201],
      what,
    });
    response.resume();
  }

  /** Stores a manifest under a tag or its digest. */
  async putManifest(tagOrDigest: string, bytes: Uint8Array, mediaType: string): Promise<void> {
    const { response } = await this.#connection.request({
      method: 'PUT',
      target: `/${this.#path}/manifests/${tagOrDigest}`,
      scope: this.#scope('pull,push'),
      headers: { 'content-type': mediaType, 'content-length': String(bytes.byteLength) },
      body: () => bytes,
      expected: [201],
      what: `'${this.#named(tagOrDigest)}' a place`,
    });
    response.resume();
  }

  #scope(actions: string): string {
    return `repository:${this.#path.slice('v2/'.length)}:${actions}`;
  }

  #named(tagOrDigest: string): string {
    return `${this.#name}${tagOrDigest.startsWith('sha256:') ? '@' : ':'}${tagOrDigest}`;
  }

  async #body(response: IncomingMessage, url: URL, what: string): Promise<Buffer> {
    try {
      return await readBody(response, mostManifestBytes);
    } catch (cause) {
      if (!(cause instanceof BodyTooLargeError))
        throw connectionFailure({ registry: this.registry, url, cause });
      throw new RegistryError(
        `the registry '${this.registry}' gives ${what} with more than ${mostManifestBytes} bytes, more than manifests may have: check what was pushed there`,
        { code: 'too-large', registry: this.registry, url: url.href, cause },
      );
    }
  }
}

function header(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
