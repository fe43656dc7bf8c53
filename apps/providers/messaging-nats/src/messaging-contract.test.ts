import { fileURLToPath } from 'node:url';
import { type MessagingSetup, messagingContract, providerAtHand } from '@wasmlattice/provider-contracts';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function setUp(inThread: boolean): Promise<MessagingSetup> {
  return providerAtHand('messaging', { program, inThread }, async ({ harness: { connection } }) => {
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: 'DEAD', subjects: ['dead.>'] });
    await manager.consumers.add('DEAD', { durable_name: 'reader' });
    const letters = await connection.jetstream().consumers.get('DEAD', 'reader');
    return {
      publishConfig: {},
      subscribeConfig: (subscriptions) => ({ subscriptions }),
      async keepConfig(subject) {
        await manager.streams.add({ name: subject, subjects: [subject] });
        const entry = {
          stream: subject,
          consumer: 'worker',
          create: true,
          ack_wait_ms: 1_000,
          back_off_ms: [0],
          max_deliver: 2,
          dead_letter_subject: `dead.${subject}`,
        };
        return { consumers: JSON.stringify([entry]) };
      },
      async nextDeadLetter() {
        const letter = await letters.next();
        return { body: letter?.string() ?? '', reason: letter?.headers?.get('Dead-Letter-Reason') ?? '' };
      },
    };
  });
}

messagingContract('messaging-nats', () => setUp(false));
messagingContract('messaging-nats, built in', () => setUp(true));
