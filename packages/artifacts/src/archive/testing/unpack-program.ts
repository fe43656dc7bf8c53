import { unpackProvider } from '../unpack-provider.js';

// Unpacks as a host does, in a process of its own: ARCHIVE FOLDER TARGET. Writes the path of the program.
const [archive = '', folder = '', target = ''] = process.argv.slice(2);
const { path } = await unpackProvider(archive, { target, folder });
process.stdout.write(`unpacked ${path}\n`);
