/** What a server wants to see (RFC 9110, section 11.6.1; distribution, docs/spec/auth/token.md). */
export type Challenge =
  | { scheme: 'basic'; realm: string }
  | { scheme: 'bearer'; realm: string; service: string | undefined; scopes: string[] };

/** Reads WWW-Authenticate; schemes that nobody here knows are passed over. */
export function parseChallenges(header: string): Challenge[] {
  return split(header).flatMap(({ scheme, parameters }): Challenge[] => {
    const realm = parameters.get('realm') ?? '';
    if (scheme === 'basic') return [{ scheme, realm }];
    if (scheme !== 'bearer') return [];
    const scopes = (parameters.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
    return [{ scheme, realm, service: parameters.get('service'), scopes }];
  });
}

type Raw = { scheme: string; parameters: Map<string, string> };

/** `Scheme key="value", key=value, Scheme …`: a word that no `=` follows begins the next challenge. */
function split(header: string): Raw[] {
  const found: Raw[] = [];
  const token = /([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;
  for (const [, word = '', quoted, plain] of header.slice(0, 8192).matchAll(token)) {
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) found.push({ scheme: word.toLowerCase(), parameters: new Map() });
    else found.at(-1)?.parameters.set(word.toLowerCase(), value);
  }
  return found;
}
