/**
 * A whole provider: components linked to it call `acme:greeter/greet@0.1.0`, and each link has its own greeting.
 *
 * A host starts it by the path of this file, in an application manifest for instance:
 *
 *     - name: greeter
 *       type: capability
 *       properties:
 *         image: file://./greeter.ts
 *
 * The interface in WIT:
 *
 *     package acme:greeter@0.1.0;
 *     interface greet {
 *       greet: func(name: string) -> result<string, string>;
 *     }
 */

import { type Provider, provide, runProvider } from '@wasmlattice/provider-sdk';
import { err, func, ok, type Result, type TypedInterface, t, witInterface } from '@wasmlattice/rpc';

interface Greet {
  greet(name: string): Promise<Result<string, string>>;
}

const greet: TypedInterface<Greet> = witInterface('acme:greeter/greet@0.1.0', [
  func('greet', [['name', t.string]], t.result(t.string, t.string)),
]);

/** The greeting of each link. */
const greetings = new Map<string, string>();
const key = (sourceId: string, linkName: string): string => `${sourceId} ${linkName}`;

const greeter: Provider = {
  exports: [
    provide(greet, {
      greet(name, { sourceId, linkName }) {
        const greeting = greetings.get(key(sourceId, linkName));
        return greeting === undefined ? err(`${sourceId} is not linked`) : ok(`${greeting}, ${name}!`);
      },
    }),
  ],
  putLinkAsTarget({ sourceId, linkName, config }) {
    greetings.set(key(sourceId, linkName), config.greeting ?? 'Hello');
  },
  deleteLinkAsTarget({ sourceId, linkName }) {
    greetings.delete(key(sourceId, linkName));
  },
};

await runProvider(greeter, { name: 'greeter' });
