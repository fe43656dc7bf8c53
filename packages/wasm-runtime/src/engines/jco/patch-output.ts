/** jco's output does not look as expected; {@link patchOutput} has to be adapted to the version in use. */
export class UnexpectedOutputError extends Error {
  override readonly name = 'UnexpectedOutputError';
}

interface Patch {
  readonly what: string;
  readonly find: RegExp;
  readonly replace: string;
}

/** What jco notes of each handle it creates, and never reads. A component without resources has none of it. */
const createdHandles =
  /^\s*(?:table\._createdReps\.add\(rep\)|(?:handleTable\d+|table)\._createdReps = new Set\(\));$/gm;

const throwFailure = 'task.exit(); throw err;';

/** After `task.reject(err)` in each import and export that is asynchronous. */
const unsettledFailure = /task\.exit\(\);\s*return task\.completionPromise\(\);/g;

/** Name of the static method that a constructor of an exported resource becomes. */
export const asyncConstructor = '[constructor]';

/** Of a constructor or static function of an exported resource, whose body awaits although it must not. */
const exportedBody = String.raw`(?<body>\([^)]*\) \{\s*const hostProvided = false;)`;
const exportedConstructor = new RegExp(String.raw`\bconstructor${exportedBody}`, 'g');
const exportedStatic = new RegExp(
  String.raw`(?<assign>^\s*[\w$]+\.[\w$]+ = )function (?<name>[\w$]+)${exportedBody}`,
  'gm',
);

/**
 * What we change in the JavaScript that jco generates:
 *
 * * It becomes the body of a function that returns `instantiate`. A module would stay in its thread for good, however often the
 *   component is started anew, and would have to come from a file.
 * * The debug hook reads `process.env` each time a value is lifted or lowered, which costs half of a call.
 * * `instantiate` gets two more parameters that shadow the globals of the same name. Through `WebAssembly` the
 *   engine sees every wait and every trap of the guest (see `guest-watch.ts`); `console` keeps jco's own
 *   complaints out of the process's streams.
 * * Each handle the guest ever got stays in a set that nobody reads: one that polls for a long time grows it without end.
 * * Constructors and static functions of exported resources that may be suspended are generated with `await` in functions that
 *   are not asynchronous. The function becomes asynchronous, the constructor a static method, which makes the object itself.
 * * When a suspending import without WIT result rejects, or the guest traps, jco returns a promise that may never settle.
 *   We throw instead.
 */
const patches: readonly Patch[] = [
  {
    what: 'the debug hook',
    find: /const _debugLog = \(\.\.\.args\) => \{\s*if \(!globalThis\?\.process\?\.env\?\.JCO_DEBUG\) \{ return; \}\s*console\.debug\(\.\.\.args\);\s*\};/,
    replace: 'const _debugLog = () => {};',
  },
  {
    what: 'the signature of instantiate',
    find: /export function instantiate\(getCoreModule, imports, instantiateCore = WebAssembly\.instantiate\) \{/,
    replace: 'function instantiate(getCoreModule, imports, instantiateCore, WebAssembly, console) {',
  },
  {
    what: 'the default source of core modules',
    find: /if \(!getCoreModule\) getCoreModule = \(name\) => fetchCompile\(new URL\(`\.\/\$\{name\}`, import\.meta\.url\)\);/,
    replace: '',
  },
  {
    what: 'the other export',
    find: /^\s*export const _util = \{$/m,
    replace: 'const _util = {',
  },
];

/** What makes a function's body of a module without exports. Modules are strict without saying so. */
const prologue = '"use strict";\n';
const epilogue = '\nreturn instantiate;\n';

/** Changes whenever a patch does, so that cached output of older patches is not taken. */
export const patchSet: string = JSON.stringify([
  ...patches.map(({ find, replace }) => [find.source, replace]),
  [createdHandles.source, ''],
  [unsettledFailure.source, throwFailure],
  [exportedConstructor.source, asyncConstructor, exportedStatic.source],
  [prologue, epilogue],
]);

/**
 * Makes the body of a function without parameters of a generated module: it returns the module's `instantiate`, changed.
 *
 * @throws UnexpectedOutputError when there is nothing to change where something should be
 */
export function patchOutput(source: string): string {
  let patched = source;
  for (const { what, find, replace } of patches) {
    if (!find.test(patched)) {
      throw new UnexpectedOutputError(
        `jco's output does not contain ${what} in the known form: adapt patch-output.ts to this version of jco`,
      );
    }
    patched = patched.replace(find, replace);
  }
  if (patched.includes('process.env') || patched.includes('process?.env')) {
    throw new UnexpectedOutputError(
      "jco's output still reads process.env: adapt patch-output.ts to this version of jco",
    );
  }
  patched = patched.replaceAll(createdHandles, '');
  if (patched.includes('_createdReps')) {
    throw new UnexpectedOutputError(
      "jco's output does more with the handles it has created than note them: adapt patch-output.ts to this version of jco",
    );
  }
  if (/^\s*(?:export|import)\s+[\w$'"{*]/m.test(patched) || patched.includes('import.meta')) {
    throw new UnexpectedOutputError(
      "jco's output exports or imports more than is known: adapt patch-output.ts to this version of jco",
    );
  }
  patched = patched
    .replaceAll(unsettledFailure, throwFailure)
    .replaceAll(exportedConstructor, `static async "${asyncConstructor}"$<body>`)
    .replaceAll(exportedStatic, '$<assign>async function $<name>$<body>');
  return prologue + patched + epilogue;
}
