#!/bin/sh
# jco 1.35.0: `embed` reads no WIT from a path; 1.34.0 does.
#
# `jco embed core.wasm --wit world.wit` is to put the type of a world into a core module. With 1.35.0 (jco-transpile 0.15.0, preview2-shim 0.26.1)
# it ends with exit code 1 for each path, file or folder, relative or absolute: the wasm-tools inside say "No such file or directory", and no
# system call for the path is made. The package `@bytecodealliance/jco-transpile/wasm-tools` answers the same for the option `witPath`, and not even
# the text of the same world is taken by a later call in that process; in a new process `witSource` works. Seen with Node.js 20.20 and 26.10.
#
# Needs Node.js, npm and its registry. Fails if the behaviour is another one.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf 'package acme:empty;\nworld nothing {}\n' >world.wit
printf '\000asm\001\000\000\000' >core.wasm

for version in 1.34.0 1.35.0; do
  mkdir "$version"
  printf '{ "private": true, "type": "module" }\n' >"$version/package.json"
  (cd "$version" && npm install --silent --no-audit --no-fund "@bytecodealliance/jco@$version")
  if "$version/node_modules/.bin/jco" embed core.wasm --wit world.wit --world-name nothing -o "$version.wasm" >"$version.txt" 2>&1; then
    echo "jco $version embed --wit world.wit: $(wc -c <"$version.wasm") bytes"
  else
    echo "jco $version embed --wit world.wit: failed, $(grep -o 'No such file or directory' "$version.txt" | head -n 1)"
  fi
done >commands.txt
cat commands.txt

cat >1.35.0/embed.mjs <<'E2'
import { componentEmbed } from '@bytecodealliance/jco-transpile/wasm-tools';

const witSource = 'package acme:empty;\nworld nothing {}\n';
for (const option of process.argv.slice(2)) {
  const wit = option === 'witPath' ? { witPath: process.env.WIT } : { witSource };
  const outcome = await componentEmbed({ ...wit, dummy: true, world: 'nothing' }).then(
    () => 'works',
    () => 'fails',
  );
  console.log(`${option}: ${outcome}`);
}
E2
{
  echo 'witPath, then witSource in one process:'
  WIT="$folder/world.wit" node 1.35.0/embed.mjs witPath witSource 2>/dev/null
  echo 'witSource in a new process:'
  node 1.35.0/embed.mjs witSource 2>/dev/null
} >calls.txt
cat calls.txt

grep -q '^jco 1.34.0 embed --wit world.wit: [1-9][0-9]* bytes$' commands.txt
grep -q '^jco 1.35.0 embed --wit world.wit: failed, No such file or directory$' commands.txt
printf '%s\n' 'witPath, then witSource in one process:' 'witPath: fails' 'witSource: fails' \
  'witSource in a new process:' 'witSource: works' | cmp - calls.txt
