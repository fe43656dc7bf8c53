import { isDeepStrictEqual } from 'node:util';
import type { ControlClient, Link, StringMap } from '@wasmlattice/control-interface';
import { EventTimeoutError, subscribeEvents } from '@wasmlattice/events';
import { isSecretName } from '@wasmlattice/secrets';
import type { NatsConnection } from 'nats';
import type { ConfigEdit, LinkEdit } from '../model/edits.js';
import { linkKey } from '../model/lattice-rows.js';
import { Refusal } from './refusal.js';

/** What {@link LatticeEditor} needs. */
export interface LatticeEditorOptions {
  readonly connection: NatsConnection;
  readonly client: ControlClient;
  /** How long to wait for the outcome of a link, in ms. */
  readonly outcomeMs: number;
}

/** What pages may change. All methods throw a {@link Refusal}, or a `ControlError` of the host that was asked. */
export class LatticeEditor {
  readonly #connection: NatsConnection;
  readonly #client: ControlClient;
  readonly #outcomeMs: number;

  constructor({ connection, client, outcomeMs }: LatticeEditorOptions) {
    this.#connection = connection;
    this.#client = client;
    this.#outcomeMs = outcomeMs;
  }

  /** The values of a config; `undefined` if there is none. References to secrets are not for looking at. */
  async readConfig(name: string): Promise<StringMap | undefined> {
    refuseSecret(name);
    return await this.#client.getConfig(name);
  }

  /** Carries out an edit, and tells what it did. */
  async editConfig({ name, before, after }: ConfigEdit): Promise<string> {
    refuseSecret(name);
    const now = await this.#client.getConfig(name);
    if (!isDeepStrictEqual({ ...now }, { ...before }) || (now === undefined) !== (before === undefined)) {
      throw new Refusal(409, `config ${name} has changed since you opened it: open it again`);
    }
    if (after === undefined) {
      await this.#client.deleteConfig(name);
      return `Config ${name} is deleted`;
    }
    await this.#client.putConfig(name, after);
    return `Config ${name} is stored`;
  }

  /** Carries out an edit, waits for its outcome, and tells it. */
  async editLink({ before, after }: LinkEdit): Promise<string> {
    const link = after ?? before;
    if (link === undefined) throw new Refusal(400, 'the edit has no link');
    const links = await this.#client.getLinks();
    const now = links.find((each) => linkKey(each) === linkKey(link));
    if (!isDeepStrictEqual(now, before)) {
      throw new Refusal(409, 'the link has changed since you opened it: open it again');
    }
    if (after === undefined) {
      await this.#client.deleteLink(link);
      return 'The link is deleted';
    }
    return await this.#putLink(after);
  }

  /** A host that can't deliver the link says so before it counts as set. */
  async #putLink(link: Link): Promise<string> {
    await using events = await subscribeEvents({
      connection: this.#connection,
      lattice: this.#client.lattice,
      names: ['linkdef_set', 'linkdef_set_failed'],
    });
    await this.#client.putLink(link);
    try {
      const event = await events.waitForEvent(
        (each) =>
          (each.name === 'linkdef_set' || each.name === 'linkdef_set_failed') &&
          linkKey(each.data) === linkKey(link),
        { timeoutMs: this.#outcomeMs },
      );
      if (event.name !== 'linkdef_set_failed') return 'The link is set';
      throw new Refusal(502, `the link is set but does not work: ${event.data.error}`);
    } catch (error) {
      if (!(error instanceof EventTimeoutError)) throw error;
      return 'The link is accepted; no host has told its outcome yet';
    }
  }
}

function refuseSecret(name: string): void {
  if (isSecretName(name)) {
    throw new Refusal(403, `${name} refers to a secret: use \`wasmlattice secrets\``);
  }
}
