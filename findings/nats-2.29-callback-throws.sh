#!/bin/sh
# nats 2.29.3 (npm): a callback of a subscription that throws leaves a connection that hears nothing any more, and says that it is open.
#
# The exception ends the loop that reads from the server. It is written to the console as "reader closed"; no `error` or `disconnect` comes by
# `status()`, `isClosed()` stays false, `closed()` does not resolve, and each later request of the connection ends with TIMEOUT, although what it
# publishes still leaves. A callback that decodes what others send has to catch. Run with nats-server 2.9.10 and Node.js 26.10.
#
# Needs Node.js, npm and its registry, and nats-server. Fails if the behaviour is another one.
set -eu

folder=$(mktemp -d)
cd "$folder"
"${NATS_SERVER_BIN:-nats-server}" -a 127.0.0.1 -p 14230 >server.txt 2>&1 &
server=$!
trap 'kill "$server"; rm -rf "$folder"' EXIT
printf '{ "private": true, "type": "module" }\n' >package.json
npm install --silent --no-audit --no-fund nats@2.29.3

cat >throws.mjs <<'E2'
import { connect } from 'nats';
const open = () => connect({ servers: '127.0.0.1:14230', waitOnFirstConnect: true });
const [others, connection] = [await open(), await open()];
others.subscribe('answer', { callback: (_, message) => void message.respond('yes') });
const heard = [];
others.subscribe('published', { callback: (_, message) => void heard.push(message.string()) });
await others.flush();
const statuses = [];
void (async () => {
  for await (const { type } of connection.status()) statuses.push(type);
})();
const ask = () => connection.request('answer', '', { timeout: 1_000 }).then((answer) => answer.string(), ({ code }) => code);
console.log('before:', await ask());
connection.subscribe('texts', { callback: (_, message) => void JSON.parse(message.string()) });
await connection.flush();
others.publish('texts', 'no JSON');
await others.flush();
console.log('after:', await ask());
connection.publish('published', 'still leaves');
for (let i = 0; i < 50 && heard.length === 0; i++) await others.flush();
console.log('closed:', connection.isClosed(), 'statuses:', statuses.join() || 'none', 'published:', heard.join() || 'none');
process.exit(0);
E2
node throws.mjs | tee throws.txt
grep -qx 'before: yes' throws.txt
grep -q '^reader closed ' throws.txt
grep -qx 'after: TIMEOUT' throws.txt
grep -qx 'closed: false statuses: none published: still leaves' throws.txt
