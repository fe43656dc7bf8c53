// `npm run setup`: dependencies, Node.js 26, nats-server and a build, so that the other commands start at once.
import { createProgress } from './lib/progress.mjs';
import { runCommand } from './lib/script-command.mjs';
import { setUp } from './lib/set-up.mjs';

const command = {
  name: 'npm run setup',
  summary:
    'Brings the dependencies, Node.js 26 and nats-server, and builds, so that the other commands start at once.',
};

await runCommand(command, async () => {
  const progress = createProgress();
  const { natsServer } = await setUp(progress);
  progress.say(
    `\nReady. nats-server: ${natsServer}\nNext: npm run demo, npm test, or ./node_modules/.bin/pnpm for the rest.`,
  );
});
