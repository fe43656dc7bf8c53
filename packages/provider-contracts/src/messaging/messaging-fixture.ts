import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/provider-host/protocol';
import type { ProviderUnderTest } from '@wasmlattice/provider-sdk/testing';
import { ok, type Result, serveInterface } from '@wasmlattice/rpc';
import {
  type BrokerMessage,
  type MessagingConsumer,
  messagingConsumer,
  messagingHandler,
} from '@wasmlattice/rpc/interfaces';
import { createNatsServer } from '@wasmlattice/rpc/nats';
import { expect } from 'vitest';
import { bytes } from '../answers.js';
import { calledLink, callerOf, callingLink } from '../component.js';
import { startUntilServed } from '../start-until-served.js';
import type { MessagingSetup } from './messaging-setup.js';

/** What a component calls. */
export function consumerOf(setup: MessagingSetup, component: string, link = 'default'): MessagingConsumer {
  return callerOf(setup, component, link, { traceparent })(messagingConsumer);
}

/** Of every call of {@link consumerOf}. */
export const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const wit = { witNamespace: 'wasmcloud', witPackage: 'messaging' };

/** A link by which a component publishes. */
export function publishLinkOf(
  setup: MessagingSetup,
  component: string,
  name = 'default',
): InterfaceLinkDefinition {
  return callingLink(setup, { ...wit, interfaces: ['consumer'] }, component, name, setup.publishConfig);
}

/** A link by which a component gets messages. */
export function handlingLinkOf(
  setup: MessagingSetup,
  component: string,
  sourceConfig: StringMap,
  name = 'default',
): InterfaceLinkDefinition {
  return calledLink(setup, { ...wit, interfaces: ['handler'] }, component, name, sourceConfig);
}

/** What a component does with a message: the result of `handle-message`; throwing traps it. */
export type Handle = (message: BrokerMessage, text: string) => Promise<Result<undefined, string>>;

/** A component with a handler, at the end of the calls that the provider makes. */
export class HandlingComponent {
  readonly messages: BrokerMessage[] = [];
  readonly traces: (string | undefined)[] = [];
  handle: Handle = async () => ok();

  static async serve(
    setup: MessagingSetup,
    id: string,
    scope: AsyncDisposableStack,
  ): Promise<HandlingComponent> {
    const component = new HandlingComponent();
    const server = createNatsServer({ connection: setup.harness.connection, lattice: 'default' });
    scope.defer(() => server.close());
    await serveInterface(server, {
      target: id,
      interface: messagingHandler,
      implementation: {
        handleMessage(message, { headers }) {
          component.messages.push(message);
          component.traces.push(headers.traceparent);
          return component.handle(message, Buffer.from(message.body).toString());
        },
      },
    });
    return component;
  }

  get texts(): readonly string[] {
    return this.messages.map(({ body }) => Buffer.from(body).toString());
  }

  async hasHandled(texts: readonly string[], patience: { readonly timeout: number }): Promise<void> {
    await expect.poll(() => this.texts.toSorted(), patience).toEqual(texts.toSorted());
  }
}

export function message(subject: string, text: string, replyTo?: string): BrokerMessage {
  return { subject, body: bytes(text), replyTo };
}

/** Runs the provider until it serves. */
export function startLinked(
  setup: MessagingSetup,
  links: readonly InterfaceLinkDefinition[],
): Promise<ProviderUnderTest> {
  const ready = consumerOf(setup, 'ready');
  return startUntilServed(setup, [publishLinkOf(setup, 'ready'), ...links], () =>
    ready.publish(message('contract.ready', '')),
  );
}
