/** What a registry asks for with the answer 401. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

/** Reads `WWW-Authenticate` (RFC 9110, section 11.6.1); of several challenges the first that is known, bearer before basic. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  if (header === undefined || header.length > 8_192) return undefined;
  const bearer = /(?:^|,)\s*bearer\s+/i.exec(header);
  if (bearer !== null) {
    const parameters = parseParameters(header.slice(bearer.index + bearer[0].length));
    const realm = parameters.get('realm');
    if (realm !== undefined) {
      return { scheme: 'bearer', realm, service: parameters.get('service'), scope: parameters.get('scope') };
    }
  }
  return /(?:^|,)\s*basic(?:\s|$)/i.test(header) ? { scheme: 'basic' } : undefined;
}

/** `name="value"` or `name=value`, separated by commas, as long as they follow each other. */
function parseParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  const pattern = /\s*(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)/y;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, name = '', quoted, plain] = match;
    parameters.set(name.toLowerCase(), quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'));
  }
  return parameters;
}
