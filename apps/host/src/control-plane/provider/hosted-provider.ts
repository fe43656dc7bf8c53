import { isDeepStrictEqual } from 'node:util';
import {
  contentAnnotation,
  type InterfaceLinkDefinition,
  type Link,
  type ProviderCrashes,
  type StartProviderCommand,
  type UndeliveredLink,
} from '@wasmlattice/control-interface';
import { createXKey, type XKey } from '@wasmlattice/identity';
import {
  describeCrash,
  describeLastWords,
  describeLink,
  type ProviderCrash,
  type ProviderStop,
  type RunningProvider,
  shortenLines,
} from '@wasmlattice/provider-host';
import { encodeSecrets, linkKey, type SecretMap } from '@wasmlattice/provider-host/protocol';
import type { Logger } from '@wasmlattice/telemetry';
import { normalizeProviderReference } from '../artifacts/artifact-reference.js';
import type { ArtifactStore, ProviderArtifact } from '../artifacts/artifact-store.js';
import type { SignatureRules } from '../claims/signature-rules.js';
import { storedClaims } from '../claims/token-facts.js';
import type { ConfigStore } from '../lattice-store/config-store.js';
import type { LatticeStore } from '../lattice-store/lattice-store.js';
import type { PolicyGate } from '../policy/policy-gate.js';
import type { ResolvedSecrets } from '../secrets/followed-secrets.js';
import { revealToProvider } from '../secrets/reveal.js';
import { ownerOf, type SecretOwner } from '../secrets/secret-fetcher.js';
import type { SecretResolver } from '../secrets/secret-resolver.js';
import { untilAborted } from '../until-aborted.js';
import type { Schedule } from './link-retries.js';
import { ProviderLinks } from './provider-links.js';
import { ProviderValues } from './provider-values.js';

/** A provider was to take the place of another, and a link that works with that fails with it. */
export class LostLinkError extends Error {
  override readonly name = 'LostLinkError';

  constructor({ name, reason, sourceId, target }: UndeliveredLink) {
    super(reason.startsWith('link ') ? reason : `${describeLink({ name, sourceId, target })}: ${reason}`);
  }
}

/** Starts a provider from its artifact; the seam between the control plane and the kinds of providers. */
export interface ProviderLauncher {
  /** Whether this host has the builtin switched on. */
  offersBuiltin(name: string): boolean;
  /** Resolves once the provider serves. */
  launch(request: ProviderLaunch): Promise<RunningProvider>;
}

export interface ProviderLaunch {
  readonly providerId: string;
  readonly artifact: ProviderArtifact;
  readonly annotations: Readonly<Record<string, string>>;
  /** What is meant for this provider is sealed for it. */
  readonly xkey: XKey;
  /** Merged configuration of this moment. */
  readonly config: () => Readonly<Record<string, string>>;
  /** Its own secrets of this moment, in clear. */
  readonly secrets: () => SecretMap;
  /** Links of this moment that have the provider as source or target, with their configs and secrets resolved. */
  readonly links: () => Promise<InterfaceLinkDefinition[]>;
  /** The provider does not serve any more, and will be started again. */
  readonly onCrash: (crash: ProviderCrash) => void;
  /** It serves again, with the config and the links that were asked for last. */
  readonly onRestart: () => void;
  /** Its process runs and gives no usable answer to health checks: why; `undefined` when it does again. */
  readonly onSilence: (reason: string | undefined) => void;
  /** Runs on this host, too, until this one serves in its place. */
  readonly beside?: Pick<RunningProvider, 'answers'> | undefined;
  /** Gives the start up. */
  readonly signal: AbortSignal;
}

/** What providers of a host are run with. */
export interface HostedProviderParts {
  readonly artifacts: Pick<ArtifactStore, 'fetchProvider'>;
  readonly signatures: Pick<SignatureRules, 'admitProvider'>;
  readonly policy: Pick<PolicyGate, 'allowProviderStart'>;
  readonly lattice: Pick<LatticeStore, 'update' | 'putClaims' | 'links'>;
  readonly configs: Pick<ConfigStore, 'bundle' | 'follow'>;
  readonly secrets: Pick<SecretResolver, 'bundle' | 'follow'>;
  /** By which secrets are sealed for providers. */
  readonly hostXkey: XKey;
  readonly launcher: Pick<ProviderLauncher, 'launch'>;
  /** When links that failed are tried again. */
  readonly scheduleRetry?: Schedule;
  readonly logger: Logger;
}

/** How one provider is tied to the service that runs it. */
export interface HostedProviderTies {
  /** Gives its start up. */
  readonly signal: AbortSignal;
  /** Runs a task of this provider after those that were given before it. */
  readonly enqueue: (task: () => Promise<void>) => void;
  /** Told of a link that could not be delivered, and of one that could not and now is. */
  readonly onLinkFailure: (link: Link, reason: string) => void;
  readonly onLinkRecovery: (link: Link) => void;
  /** Told of each crash, and when it serves again. */
  readonly onCrash: (crashes: ProviderCrashes, restartInMs: number) => void;
  readonly onRestart: () => void;
  /** Told why when it gives no usable answer to health checks, and with `undefined` when it does again. */
  readonly onSilence: (reason: string | undefined) => void;
  /** Another one is to be started by the same command and to take its place. */
  readonly onReplace: (command: StartProviderCommand) => void;
  /** A link of it left or changed. */
  readonly onLinkFreed: () => void;
}

/** One provider that runs here: what it was started as, its config and its links, of which it is told when they change. */
export class HostedProvider {
  readonly id: string;
  /** The reference without its scheme, as inventories and events show it. */
  readonly imageRef: string;
  /** The token of its archive. */
  readonly token: ProviderArtifact['token'];
  readonly links: ProviderLinks;
  readonly #parts: HostedProviderParts;
  readonly #ties: HostedProviderTies;
  #annotations: Readonly<Record<string, string>>;
  #configNames: readonly string[];
  readonly #xkey = createXKey();
  readonly #command: StartProviderCommand;
  /** Whether it runs in the host rather than apart. */
  readonly #isBuiltin: boolean;
  #replaceFailure: string | undefined;
  readonly #values: ProviderValues;
  #provider: RunningProvider | undefined;
  #crash: ProviderCrash | undefined;
  #silence: string | undefined;

  private constructor(
    command: StartProviderCommand,
    { kind, token }: ProviderArtifact,
    parts: HostedProviderParts,
    ties: HostedProviderTies,
  ) {
    this.id = command.providerId;
    this.token = token;
    this.#command = command;
    this.#isBuiltin = kind === 'builtin';
    this.imageRef = normalizeProviderReference(command.providerRef);
    this.links = new ProviderLinks({
      providerId: this.id,
      values: {
        configs: parts.configs,
        secrets: {
          follow: (names, onChange) => parts.secrets.follow(names, this.#owner(), onChange),
          seal: (secrets) => this.#seal(secrets),
        },
      },
      enqueue: ties.enqueue,
      onFailure: ties.onLinkFailure,
      onRecovery: ties.onLinkRecovery,
      onFreed: ties.onLinkFreed,
      scheduleRetry: parts.scheduleRetry,
      logger: parts.logger,
    });
    this.#values = new ProviderValues({
      configs: parts.configs,
      secrets: parts.secrets,
      seal: (secrets) => this.#seal(secrets),
      onChange: () => ties.enqueue(() => this.#tellValues().catch(this.#logFailure)),
    });
    this.#annotations = command.annotations;
    this.#configNames = command.config;
    this.#parts = parts;
    this.#ties = ties;
  }

  /**
   * Resolves once the provider serves and has its links. It may start several times before; each start reads configs, secrets
   * and links anew.
   *
   * @param before the one whose place it is to take: that goes on meanwhile
   * @throws ArtifactError, PolicyDeniedError, what the rules about signatures throw, ConfigStoreError when a named config is missing or unreadable,
   * SecretsError, OnConfigChangeError, LostLinkError when a link fails that the one before has, and what the launcher throws
   */
  static async start(
    command: StartProviderCommand,
    parts: HostedProviderParts,
    ties: HostedProviderTies,
    before?: HostedProvider,
  ): Promise<HostedProvider> {
    const artifact = await parts.artifacts.fetchProvider(command.providerRef);
    if (artifact.kind === 'file') parts.signatures.admitProvider(command.providerRef, artifact.token);
    const hosted = new HostedProvider(command, artifact, parts, ties);
    await parts.policy.allowProviderStart({
      providerId: hosted.id,
      imageRef: hosted.imageRef,
      annotations: command.annotations,
      token: artifact.kind === 'file' ? artifact.token : undefined,
    });
    try {
      await hosted.#start(artifact, before);
      if (before !== undefined) hosted.#assertLinksOf(before);
    } catch (error) {
      await hosted.stop();
      // Rather than what became of it.
      ties.signal.throwIfAborted();
      throw error;
    }
    return hosted;
  }

  async #start(artifact: ProviderLaunch['artifact'], before?: HostedProvider): Promise<void> {
    const { lattice, launcher } = this.#parts;
    const { enqueue, signal } = this.#ties;
    // A backend that is silent must not hold a stop up.
    await untilAborted(this.#values.follow(this.#configNames, this.#owner()), signal);
    this.#values.onChange(this.#annotations);
    this.#provider = await launcher.launch({
      providerId: this.id,
      artifact,
      annotations: this.#annotations,
      xkey: this.#xkey,
      config: () => this.#values.config(),
      secrets: () => this.#values.secrets(),
      links: () => this.links.ofStart(this.#ownLinks()),
      onCrash: (crash) => {
        this.#crash = crash;
        this.#silence = undefined;
        this.#ties.onCrash(describeCrashes(crash), crash.restartInMs);
      },
      onRestart: () => {
        this.#crash = undefined;
        this.#values.forgetRefusals();
        this.#ties.onRestart();
        enqueue(() => this.#begin());
      },
      onSilence: (reason) => {
        this.#silence = reason;
        this.#ties.onSilence(reason);
      },
      beside: before === undefined ? undefined : before.#provider,
      signal,
    });
    signal.throwIfAborted();
    const claims = artifact.token === undefined ? undefined : storedClaims(artifact.token);
    if (claims !== undefined) await lattice.putClaims(claims);
    await lattice.update(this.id, (spec) =>
      spec === undefined || before !== undefined
        ? { ...spec, url: this.imageRef, links: spec?.links ?? [] }
        : spec,
    );
    await this.#begin();
  }

  get annotations(): Readonly<Record<string, string>> {
    return this.#annotations;
  }

  get configNames(): readonly string[] {
    return this.#configNames;
  }

  /** Why it does not serve at the moment, or not as its configs say. */
  get failure(): string | undefined {
    if (this.#crash !== undefined) return describeFailure(this.#crash);
    return this.#silence ?? this.#values.refusal ?? this.#replaceFailure;
  }

  /** Leads the process group of it; absent while none runs, and for what runs within the host. */
  get pid(): number | undefined {
    return this.#provider?.pid;
  }

  /** Whether it has crashed and does not serve again yet. */
  get isDown(): boolean {
    return this.#crash !== undefined;
  }

  /** How it crashed lately, whether or not it serves again. */
  get crashes(): ProviderCrashes | undefined {
    const crash = this.#provider?.lastCrash ?? this.#crash;
    return crash === undefined ? undefined : describeCrashes(crash);
  }

  /**
   * Whether a start command is to change it while it runs; else another takes its place. A command that says nothing new is for
   * what its reference leads to by now.
   */
  takesInPlace(command: StartProviderCommand): boolean {
    if (normalizeProviderReference(command.providerRef) !== this.imageRef) return false;
    if (this.#provider?.answers !== true) return false;
    if (this.#isBuiltin) return true;
    const { annotations, config } = command;
    const isNew =
      !isDeepStrictEqual(config, this.#configNames) || !isDeepStrictEqual(annotations, this.#annotations);
    const isSameCode = annotations[contentAnnotation] === this.#annotations[contentAnnotation];
    return isNew && isSameCode && this.#values.onChange(annotations) === 'tell';
  }

  /** Whether there can be another beside it. */
  get isReplaceable(): boolean {
    return !this.#isBuiltin;
  }

  /** What was to take its place did not come up. */
  stays(reason: string): void {
    this.#replaceFailure = `what was to take its place failed: ${reason}`;
  }

  /** Its links that do not work. */
  undeliveredLinks(): UndeliveredLink[] {
    return this.#crash === undefined
      ? this.links.undelivered()
      : this.links.allFailed(`the provider is not up: ${describeFailure(this.#crash)}`);
  }

  /**
   * Gives the provider other configs in place of those it has.
   *
   * @throws ConfigStoreError when one is missing, SecretsError, and what the provider says
   */
  async reconfigure({
    annotations,
    config,
  }: Pick<StartProviderCommand, 'annotations' | 'config'>): Promise<void> {
    await this.#values.follow(config, ownerOf(this.token, annotations));
    this.#configNames = config;
    this.#annotations = annotations;
    await this.#tellValues();
  }

  /**
   * Safe to call twice, also while it is being told of something: that ends then. Calls in progress are waited for as `options` say.
   *
   * @returns why it did not end in order, if it did not
   */
  async stop(options?: ProviderStop): Promise<string | undefined> {
    this.#values.close();
    this.links.close();
    const ended = await this.#provider?.stop(options);
    return ended?.failure;
  }

  /** It serves, for the first time or again. */
  async #begin(): Promise<void> {
    if (this.#provider === undefined) return;
    await this.#tellValues().catch(this.#logFailure);
    await this.links.begin(this.#provider);
  }

  /** Links may mean something else with other values. */
  async #tellValues(): Promise<void> {
    if (this.#provider === undefined) return;
    if (this.#values.isStale && !this.#isBuiltin) {
      const how = this.#values.onChange(this.#annotations);
      // It reads them as it starts.
      if (how === 'restart') return await this.#provider.restart?.();
      if (how === 'replace') {
        this.#values.forgetChanges();
        return this.#ties.onReplace({
          ...this.#command,
          annotations: this.#annotations,
          config: this.#configNames,
        });
      }
    }
    const isTold = await this.#values.tell(this.#provider);
    if (isTold && this.#provider.answers) await this.links.begin(this.#provider);
  }

  /** What takes the place of another must serve what that serves. */
  #assertLinksOf(before: HostedProvider): void {
    const failing = new Set(before.undeliveredLinks().map(linkKey));
    const lost = this.undeliveredLinks().find(
      (link) => link.state === 'failed' && !failing.has(linkKey(link)),
    );
    if (lost !== undefined) throw new LostLinkError(lost);
  }

  readonly #logFailure = (error: unknown): void =>
    this.#parts.logger.warn('config or secrets of a provider were not taken', { provider: this.id, error });

  /** Secrets are for the provider, by its token, whichever side of a link has them. */
  #owner(): SecretOwner {
    return ownerOf(this.token, this.#annotations);
  }

  #seal(secrets: ResolvedSecrets): Uint8Array {
    return this.#parts.hostXkey.seal(encodeSecrets(revealToProvider(secrets)), this.#xkey.publicKey);
  }

  #ownLinks(): Link[] {
    return this.#parts.lattice
      .links()
      .filter(({ sourceId, target }) => sourceId === this.id || target === this.id);
  }
}

function describeCrashes(crash: ProviderCrash): ProviderCrashes {
  const { crashes, isLoop, lastLines } = crash;
  return {
    count: crashes,
    isLoop,
    reason: describeCrash(crash),
    lastLines: shortenLines(lastLines),
  };
}

function describeFailure(crash: ProviderCrash): string {
  const words = shortenLines(crash.lastLines).at(-1);
  return `${describeCrash(crash)}${words === undefined ? '' : describeLastWords([words])}`;
}
