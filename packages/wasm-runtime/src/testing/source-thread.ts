/**
 * The entry of a thread that runs a source file of this package. Outside of the test runner nobody else finds `a.ts` where an import
 * says `a.js`.
 */
export function sourceThread(file: URL): URL {
  return new URL(
    `data:text/javascript,${encodeURIComponent(`
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(specifier, context, next) {
        const isSource = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
        return next(isSource ? specifier.replace(/\\.js$/, '.ts') : specifier, context);
      },
    });
    await import(${JSON.stringify(file.href)});
  `)}`,
  );
}
