import { existsSync } from 'node:fs';

/** What decides where a program is looked for and how it is installed; tests describe other machines. */
export const thisMachine = {
  env: process.env,
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  // Where packages put programs although not every user's PATH goes there.
  folders: ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'],
  roots: ['/'],
  hasSystemd: existsSync('/run/systemd/system'),
};
