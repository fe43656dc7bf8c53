import { type Lexeme, type LexemeWeight, match, NoFormError } from '@wasmlattice/postgres-interface';

/** `16/B374D848` */
export function readLsn(text: string): bigint {
  const [, high = '', low = ''] = match(/^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/, text);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export function writeLsn(value: bigint): string {
  const part = (bits: bigint): string => bits.toString(16).toUpperCase();
  return `${part(value >> 32n)}/${part(value & 0xffff_ffffn)}`;
}

/** `10:20:10,14` */
export function readSnapshot(text: string): [xmin: bigint, xmax: bigint, xip: bigint[]] {
  const [, xmin = '', xmax = '', list = ''] = match(/^(\d+):(\d+):([\d,]*)$/, text);
  return [BigInt(xmin), BigInt(xmax), list === '' ? [] : list.split(',').map(BigInt)];
}

export function writeSnapshot([xmin, xmax, xip]: readonly [bigint, bigint, readonly bigint[]]): string {
  return `${xmin}:${xmax}:${xip.join(',')}`;
}

/** `1 2 3` */
export function readVector(text: string): number[] {
  return text === '' ? [] : text.split(' ').map(Number);
}

/** `$1,234.50` and `-$1.00`, as the session's `lc_monetary` of C has them. */
export function readMoney(text: string): string {
  const [, sign = '', amount = ''] = match(/^(-?)\$([\d,.]+)$/, text);
  return `${sign}${amount.replaceAll(',', '')}`;
}

/** `'a':1A,3 'b'`: a lexeme for each position, as the type has one only. */
export function readTsVector(text: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  const pattern = /'((?:[^'\\]|''|\\.)*)'(?::([\d,A-D]+))?(?: |$)/gy;
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    if (found === null) throw new NoFormError(text);
    const [, quoted = '', positions] = found;
    const data = quoted.replaceAll("''", "'").replaceAll(/\\(.)/g, '$1');
    if (positions === undefined) lexemes.push({ data, position: undefined, weight: undefined });
    for (const each of positions?.split(',') ?? []) {
      const [, position, weight] = match(/^(\d+)([A-D])?$/, each);
      lexemes.push({ data, position: Number(position), weight: weightOf(weight) });
    }
  }
  return lexemes;
}

function weightOf(letter: string | undefined): LexemeWeight | undefined {
  return letter as LexemeWeight | undefined;
}

export function writeTsVector(lexemes: readonly Lexeme[]): string {
  return lexemes
    .map(({ data, position, weight = '' }) => {
      const quoted = `'${data.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
      return position === undefined ? quoted : `${quoted}:${position}${weight}`;
    })
    .join(' ');
}

/** `"key"=>"value", "other"=>NULL` */
export function readHstore(text: string): [key: string, value: string | undefined][] {
  const entries: [string, string | undefined][] = [];
  const pattern = /"((?:[^"\\]|\\.)*)"=>(?:"((?:[^"\\]|\\.)*)"|NULL)(?:, |$)/gy;
  const plain = (quoted: string): string => quoted.replaceAll(/\\(.)/g, '$1');
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    if (found === null) throw new NoFormError(text);
    const [, key = '', value] = found;
    entries.push([plain(key), value === undefined ? undefined : plain(value)]);
  }
  return entries;
}

export function writeHstore(entries: readonly (readonly [string, string | undefined])[]): string {
  const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  return entries
    .map(([key, value]) => `${quote(key)}=>${value === undefined ? 'NULL' : quote(value)}`)
    .join(', ');
}
