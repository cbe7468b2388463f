/** What a registry wants to see before it answers (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = String.raw`[!#$%&'*+.^_\x60|~0-9A-Za-z-]+`;
const PARAMETER = new RegExp(String.raw`^\s*(${TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(${TOKEN}))\s*(?:,|$)`);
const SCHEME = new RegExp(String.raw`^[\s,]*(${TOKEN})(?:\s+|,|$)`);

/** The challenges of a WWW-Authenticate header in its order; what cannot be understood ends the list. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  let rest = header;
  for (let match = SCHEME.exec(rest); match !== null; match = SCHEME.exec(rest)) {
    rest = rest.slice(match[0].length);
    const parameters: Record<string, string> = {};
    for (let found = PARAMETER.exec(rest); found !== null; found = PARAMETER.exec(rest)) {
      const [whole, name = '', quoted, plain] = found;
      parameters[name.toLowerCase()] = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '';
      rest = rest.slice(whole.length);
    }
    challenges.push({ scheme: (match[1] ?? '').toLowerCase(), parameters });
  }
  return challenges;
}
