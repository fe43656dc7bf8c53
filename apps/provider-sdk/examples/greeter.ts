/**
 * A whole provider: components linked to it call `acme:greeter/greet@0.1.0`, and each link has its own greeting. `greeter-wit.ts` is made of
 * the interface in `wit` by `wasmlattice-wit-types wit --out greeter-wit.ts`.
 *
 * A host starts it by the path of this file, in an application manifest for instance:
 *
 *     - name: greeter
 *       type: capability
 *       properties:
 *         image: file://./greeter.ts
 */

import { type Provider, provideWorld, runProvider } from '@wasmlattice/provider-sdk';
import { err, ok } from '@wasmlattice/rpc';
import { greeterExports } from './greeter-wit.ts';

/** The greeting of each link. */
const greetings = new Map<string, string>();
const key = (sourceId: string, linkName: string): string => `${sourceId} ${linkName}`;

const greeter: Provider = {
  exports: provideWorld(greeterExports, {
    greet: {
      greet(name, { sourceId, linkName }) {
        const greeting = greetings.get(key(sourceId, linkName));
        return greeting === undefined ? err(`${sourceId} is not linked`) : ok(`${greeting}, ${name}!`);
      },
    },
  }),
  putLinkAsTarget({ sourceId, linkName, config }) {
    greetings.set(key(sourceId, linkName), config.greeting ?? 'Hello');
  },
  deleteLinkAsTarget({ sourceId, linkName }) {
    greetings.delete(key(sourceId, linkName));
  },
};

await runProvider(greeter, { name: 'greeter' });
