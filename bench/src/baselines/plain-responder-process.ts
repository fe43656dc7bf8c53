import { connect } from 'nats';

const [servers = '', subject = '', bytes = '0'] = process.argv.slice(2);
const answer = new Uint8Array(Number(bytes));
const connection = await connect({ servers });
connection.subscribe(subject, { callback: (_error, message) => void message.respond(answer) });
await connection.flush();
process.on('disconnect', () => process.exit());
process.send?.('ready');
