import { gunzipSync } from 'node:zlib';

const blockSize = 512;

/** The files of a packed npm package: path without the leading `package/` → content. */
export function readTarball(bytes) {
  const archive = gunzipSync(bytes);
  const files = new Map();
  let longName;
  for (let at = 0; at + blockSize <= archive.length; ) {
    const header = archive.subarray(at, at + blockSize);
    if (header[0] === 0) break;
    const size = Number.parseInt(text(header, 124, 12), 8) || 0;
    const content = archive.subarray(at + blockSize, at + blockSize + size);
    const type = text(header, 156, 1);
    if (type === 'x') {
      longName = paxPath(content) ?? longName;
    } else {
      const prefix = text(header, 345, 155);
      const name = longName ?? (prefix ? `${prefix}/${text(header, 0, 100)}` : text(header, 0, 100));
      longName = undefined;
      if (type === '0' || type === '') files.set(name.replace(/^package\//, ''), content);
    }
    at += blockSize + Math.ceil(size / blockSize) * blockSize;
  }
  return files;
}

/** A field of a header: text that ends at its length or at a zero. */
function text(header, start, length) {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end).trim();
}

/** The `path` of a pax record: names longer than a header has room for. */
function paxPath(content) {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString('utf8'))?.[1];
}
