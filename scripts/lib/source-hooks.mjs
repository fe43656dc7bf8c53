import { enableCompileCache, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

// Threads and processes of tests load the same hundreds of sources: their types are taken out once, not in each.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/sources', import.meta.url)));

// Lets Node.js run the sources as they are: an import of `./x.js` finds `./x.ts` where no `./x.js` is. Threads and child
// processes of tests get it with `--import`.
registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !/^(\.|file:).*\.js$/.test(specifier)) throw error;
      try {
        return next(specifier.replace(/\.js$/, '.ts'), context);
      } catch {
        throw error;
      }
    }
  },
});
