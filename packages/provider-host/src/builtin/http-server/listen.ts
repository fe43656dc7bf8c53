import type { Logger } from '@wasmlattice/telemetry';
import type { HttpListenRequest, HttpRoute, HttpTargetLease, HttpTargets } from './http-targets.js';
import { readTls, sameFiles, type TlsFiles, watchTls } from './tls-files.js';

/** What a server listens with. */
export interface ListenComponents {
  readonly targets: HttpTargets;
  readonly logger: Logger;
  /** How often certificates are looked at, in ms. */
  readonly lookMs?: number | undefined;
}

/** An address, with the certificate of its files as they are now. */
export class Listening {
  readonly #lease: HttpTargetLease;
  readonly #components: ListenComponents;
  #files: TlsFiles | undefined;
  #unwatch: () => void = () => {};

  private constructor(lease: HttpTargetLease, files: TlsFiles | undefined, components: ListenComponents) {
    this.#lease = lease;
    this.#files = files;
    this.#components = components;
    this.#watch();
  }

  /** @throws ProviderConfigError, what keeps the threads from listening */
  static async open(
    request: Omit<HttpListenRequest, 'tls'>,
    files: TlsFiles | undefined,
    components: ListenComponents,
  ): Promise<Listening> {
    const tls = files && (await readTls(files));
    return new Listening(await components.targets.listen({ ...request, tls }), files, components);
  }

  /** Whether it can go on with these files; between TLS and none there is no way but another listener. */
  takes(files: TlsFiles | undefined): boolean {
    return (this.#files === undefined) === (files === undefined);
  }

  /**
   * Connections that are there keep the certificate they were made with.
   *
   * @throws ProviderConfigError
   */
  async setFiles(files: TlsFiles | undefined): Promise<void> {
    if (files === undefined || sameFiles(files, this.#files)) return;
    await this.#lease.setTls(await readTls(files));
    this.#unwatch();
    this.#files = files;
    this.#watch();
  }

  setRoute(route: HttpRoute): Promise<void> {
    return this.#lease.setRoute(route);
  }

  deleteRoute(route: string): Promise<void> {
    return this.#lease.deleteRoute(route);
  }

  /** What does not listen there, while something does. */
  trouble(): string | undefined {
    return this.#lease.trouble?.();
  }

  async close(): Promise<void> {
    this.#unwatch();
    await this.#lease.close();
  }

  #watch(): void {
    const files = this.#files;
    if (files === undefined) return;
    this.#unwatch = watchTls(files, () => void this.#reload(files), this.#components.lookMs);
  }

  /** What is half written is read again when it changes next; until then the certificate stays. */
  async #reload(files: TlsFiles): Promise<void> {
    const { logger } = this.#components;
    try {
      await this.#lease.setTls(await readTls(files));
      logger.info('took a new certificate', { file: files.certFile });
    } catch (error) {
      logger.error('a new certificate can not be used; the one before stays', { error });
    }
  }
}
