import { defineSettings, provideWorld, runProvider, text } from '@wasmlattice/provider-sdk';
import { err, ok } from '@wasmlattice/rpc';
import { greeterExports } from './greeter-wit.ts';

/** What a link may say in its `target_config`. */
const settings = defineSettings({ provider: '__NAME__', settings: { greeting: text({ default: 'Hello' }) } });

await runProvider('__NAME__', (context) => {
  const greetings = context.links({ settings, open: (link) => link.settings.greeting });
  return {
    exports: provideWorld(greeterExports, {
      greet: {
        greet: (name, call) =>
          greetings.use(call, (greeting) =>
            name === '' ? err('nobody is named') : ok(`${greeting}, ${name}!`),
          ),
      },
    }),
  };
});
