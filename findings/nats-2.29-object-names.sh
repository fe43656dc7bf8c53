#!/bin/sh
# nats 2.29.3 (npm): its object store takes no name with letters beyond Latin-1, and has subjects of its own for those beyond ASCII.
#
# The object store keeps what it knows of an object under `$O.BUCKET.M.` and the base64url of the name; clients in Go and Rust encode the
# name as UTF-8. This one gives the name to `btoa`: "日本" fails with "Invalid character", and "é" becomes one byte, so that no other client
# finds the object. Run with nats-server 2.9.10 and Node.js 26.10.
#
# Needs Node.js, npm and its registry, and nats-server. Fails if the behaviour is another one.
set -eu

folder=$(mktemp -d)
cd "$folder"
"${NATS_SERVER_BIN:-nats-server}" -a 127.0.0.1 -p 14229 -js -sd "$folder/js" >server.txt 2>&1 &
server=$!
trap 'kill "$server"; rm -rf "$folder"' EXIT
printf '{ "private": true, "type": "module" }\n' >package.json
npm install --silent --no-audit --no-fund nats@2.29.3

cat >names.mjs <<'E2'
import { connect } from 'nats';
const connection = await connect({ servers: '127.0.0.1:14229', waitOnFirstConnect: true });
const store = await connection.jetstream().views.os('box');
await store.putBlob({ name: 'é' }, new Uint8Array(1));
const { state } = await (await connection.jetstreamManager()).streams.info('OBJ_box', { subjects_filter: '$O.box.M.>' });
console.log(Object.keys(state.subjects)[0], 'rather than', `$O.box.M.${Buffer.from('é').toString('base64url')}=`);
console.log(await store.putBlob({ name: '日本' }, new Uint8Array(1)).catch(({ message }) => message));
await connection.close();
E2
node names.mjs | tee names.txt
# shellcheck disable=SC2016
grep -q '^$O.box.M.6Q== rather than $O.box.M.w6k=$' names.txt
grep -qx 'Invalid character' names.txt
