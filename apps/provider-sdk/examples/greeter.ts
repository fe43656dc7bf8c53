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

import { defineSettings, provideWorld, runProvider, text } from '@wasmlattice/provider-sdk';
import { ok } from '@wasmlattice/rpc';
import { greeterExports } from './greeter-wit.ts';

const settings = defineSettings({ provider: 'greeter', settings: { greeting: text({ default: 'Hello' }) } });

await runProvider('greeter', (context) => {
  const greetings = context.links({ settings, open: (link) => link.settings.greeting });
  return {
    exports: provideWorld(greeterExports, {
      greet: { greet: (name, call) => greetings.use(call, (greeting) => ok(`${greeting}, ${name}!`)) },
    }),
  };
});
