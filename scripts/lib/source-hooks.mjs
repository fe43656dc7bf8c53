import { registerHooks } from 'node:module';

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
