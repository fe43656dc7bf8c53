#!/bin/sh
# componentize-js 0.23.0: a guest can be given no resource that has no functions.
#
# An interface may have a resource that is only passed on, such as `secret` of `wasmcloud:secrets/store`. Where the guest imports such an interface and
# a function returns the resource, the call throws inside the guest: "ReferenceError: import_…$Thing is not defined". The glue that is made for the guest
# uses a class for the resource and defines one only where the resource has a constructor, method or static function. With one method more,
# the same call works. The component itself is valid, and nothing is said when it is built. Run with jco 1.34.0 and Node.js 26.10.
#
# Needs Node.js 20 or later, npm and its registry. Fails if the behaviour is another one.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '{ "private": true, "type": "module" }\n' >package.json
npm install --silent --no-audit --no-fund @bytecodealliance/componentize-js@0.23.0 @bytecodealliance/jco@1.34.0

cat >guest.js <<'E2'
import { make as makeBare } from 'test:resources/bare';
import { make as makeFull } from 'test:resources/full';

function outcome(make) {
  try {
    return `an ${typeof make()}`;
  } catch (error) {
    return String(error).replace(/import_\w+\$/, 'import_…$');
  }
}

export const bare = () => outcome(makeBare);
export const full = () => outcome(makeFull);
E2
cat >world.wit <<'E2'
package test:resources;
interface bare {
  resource thing;
  make: func() -> thing;
}
interface full {
  resource thing { size: func() -> u32; }
  make: func() -> thing;
}
world guest {
  import bare;
  import full;
  export bare: func() -> string;
  export full: func() -> string;
}
E2
cat >things.js <<'E2'
export class Thing {
  size() {
    return 1;
  }
}
export const make = () => new Thing();
E2
cat >run.mjs <<'E2'
import { readFile, writeFile } from 'node:fs/promises';
import { componentize } from '@bytecodealliance/componentize-js';

const { component } = await componentize(await readFile('guest.js', 'utf8'), {
  witWorld: await readFile('world.wit', 'utf8'),
  worldName: 'guest',
  disableFeatures: ['random', 'stdio', 'clocks', 'http', 'fetch-event'],
});
await writeFile('guest.wasm', component);
E2
node run.mjs >build.txt 2>&1
node_modules/.bin/jco transpile guest.wasm -o out --map 'test:resources/*=../things.js' >build.txt 2>&1
{
  node -e "import('./out/guest.js').then((guest) => console.log('without functions:', guest.bare()))"
  node -e "import('./out/guest.js').then((guest) => console.log('with a method:', guest.full()))"
} >outcomes.txt
cat outcomes.txt
printf '%s\n' 'without functions: ReferenceError: import_…$Thing is not defined' 'with a method: an object' | cmp - outcomes.txt
