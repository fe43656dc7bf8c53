import { join } from 'node:path';
import { isLibrary, libraryEnvironment } from './debian-libraries.mjs';
import { provideProgram } from './provide-program.mjs';

/** Without any font the browser ends when it draws. */
const programsAndFonts = ['chromium', 'chromium-common', 'fonts-dejavu-core'];

const chromium = {
  name: 'chromium',
  variable: 'CHROMIUM_BIN',
  // The program itself first: what Debian has in `usr/bin` is a script that looks for it below the root.
  packagedFolders: (root) => [join(root, 'usr/lib/chromium')],
  parts: (dependencies) => dependencies.filter((name) => programsAndFonts.includes(name) || isLibrary(name)),
  environment: libraryEnvironment,
  inHomebrew: false,
  advice:
    'Install it (Debian: `apt-get install chromium`; others: https://www.chromium.org/getting-involved/download-chromium/)',
};

/** The path of a Chromium that runs; tests drive it without a screen. */
export const provideChromium = (progress, machine) => provideProgram(chromium, progress, machine);
