#!/bin/sh
# mqtt 5.16.0 (with mqtt-packet 9.0.2): a message whose user properties are an empty object is lost, and nobody is told.
#
# In MQTT 5 a PUBLISH may have user properties, or none. A program that copies the headers of a message into them, as a bridge does, has an
# empty object where there are no headers. Such a PUBLISH reaches no socket, at QoS 0 and at QoS 1. `publishAsync` neither resolves nor rejects, no
# event tells of it, and the connection goes on as before: what is published next arrives. The same message without the property, or with one
# in it, arrives. Run with Node.js 26.10 against a server of a few lines that acknowledges what it is sent.
#
# Needs Node.js 20 or later, npm and its registry. Fails if the behaviour is another one.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '{ "private": true, "type": "module" }\n' >package.json
npm install --silent --no-audit --no-fund mqtt@5.16.0 mqtt-packet@9.0.2

cat >run.mjs <<'E2'
import { once } from 'node:events';
import { createServer } from 'node:net';
import mqtt from 'mqtt';
import packets from 'mqtt-packet';

const version = { protocolVersion: 5 };
const arrived = [];
const server = createServer((socket) => {
  const parser = packets.parser(version);
  parser.on('packet', ({ cmd, messageId, topic }) => {
    if (cmd === 'connect') {
      socket.write(packets.generate({ cmd: 'connack', reasonCode: 0, sessionPresent: false }, version));
    }
    if (cmd !== 'publish') return;
    arrived.push(topic);
    socket.write(packets.generate({ cmd: 'puback', messageId, reasonCode: 0 }, version));
  });
  socket.on('data', (bytes) => parser.parse(bytes));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${server.address().port}`, version);
client.on('error', (error) => console.log('error:', error.message));

const sent = [];
async function publish(topic, properties) {
  const published = client.publishAsync(topic, 'text', { qos: 1, ...(properties && { properties }) });
  published.then(() => sent.push(topic), () => sent.push(`${topic} refused`));
  return published;
}
await publish('none');
await publish('one', { userProperties: { name: 'value' } });
publish('empty', { userProperties: {} });
await publish('after');
console.log('arrived:', arrived.join(', '));
console.log('told of:', sent.join(', '));
process.exit();
E2
node run.mjs >outcome.txt
cat outcome.txt
printf '%s\n' 'arrived: none, one, after' 'told of: none, one, after' | cmp - outcome.txt
