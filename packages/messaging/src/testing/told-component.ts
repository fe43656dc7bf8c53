import { type CallHeaders, err, type Invoker, ok, RpcError } from '@wasmlattice/rpc';
import type { BrokerMessage } from '@wasmlattice/rpc/interfaces';

/** What a component does with a message; `absent`: none runs. */
export type Reaction = 'ok' | 'trap' | 'absent' | { readonly err: string };

/** A message that a component has been handed. */
export interface Handed {
  readonly text: string;
  readonly message: BrokerMessage;
  readonly headers: CallHeaders;
}

/** A component that does with each message what a test says, at the end of the calls that its provider makes. */
export class ToldComponent {
  readonly handed: Handed[] = [];
  readonly #react: (text: string, attempt: number) => Promise<Reaction> | Reaction;

  /** @param react gets the body, and which attempt at it this is: 1 for the first */
  constructor(react: (text: string, attempt: number) => Promise<Reaction> | Reaction) {
    this.#react = react;
  }

  get texts(): readonly string[] {
    return this.handed.map(({ text }) => text);
  }

  readonly invoker: Invoker = {
    invoke: async ({ target, instance, func, params, headers = {} }) => {
      const message = params[0] as BrokerMessage;
      const text = new TextDecoder().decode(message.body);
      this.handed.push({ text, message, headers });
      const attempt = this.texts.filter((each) => each === text).length;
      const reaction = await this.#react(text, attempt);
      const call = { target, instance, func: func.name };
      if (reaction === 'trap') throw new RpcError('peer-failed', call, 'it trapped');
      if (reaction === 'absent') throw new RpcError('not-found', call, 'nobody listens');
      return reaction === 'ok' ? ok() : err(reaction.err);
    },
  };
}
