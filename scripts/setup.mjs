// `npm run setup`: dependencies, Node.js 26, nats-server and a build, so that the other commands start at once.
import { runScript } from './lib/errors.mjs';
import { createProgress } from './lib/progress.mjs';
import { setUp } from './lib/set-up.mjs';

await runScript(async () => {
  const progress = createProgress();
  const { natsServer } = await setUp(progress);
  progress.say(
    `\nReady. nats-server: ${natsServer}\nNext: npm run demo, npm test, or ./node_modules/.bin/pnpm for the rest.`,
  );
});
