import { SkiffError } from '../lib/errors.ts';

/** What of a shell's words a Dockerfile knows: quotes, backslashes, and variables with `:-`, `:+` and `:?` (Dockerfile reference, "Environment replacement"). */
export type Variables = ReadonlyMap<string, string>;

/** A word as it is meant. `what` is named in errors. */
export function expandWord(text: string, variables: Variables, what: string): string {
  const scanner = new Scanner(text, variables, what);
  return scanner.expand();
}

/** Words at the spaces outside of quotes, still with their quotes. */
export function splitWords(text: string, what: string): string[] {
  const words: string[] = [];
  const piece = /\s+|'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\]+/gsy;
  let isInside = false;
  let end = 0;
  for (const { index, 0: whole } of text.matchAll(piece)) {
    end = index + whole.length;
    if (/^\s/.test(whole)) {
      isInside = false;
      continue;
    }
    if (!isInside) words.push('');
    isInside = true;
    words[words.length - 1] += whole;
  }
  if (end < text.length) throw bad(what, 'a quote is not closed');
  return words;
}

class Scanner {
  readonly #text: string;
  readonly #variables: Variables;
  readonly #what: string;
  #at = 0;

  constructor(text: string, variables: Variables, what: string) {
    this.#text = text;
    this.#variables = variables;
    this.#what = what;
  }

  /** Up to the end, or to the brace that ends a variable's other word. */
  expand(end?: '}'): string {
    let result = '';
    for (;;) {
      const character = this.#next();
      if (character === undefined && end !== undefined) throw bad(this.#what, 'a brace is not closed');
      if (character === undefined || character === end) return result;
      if (character === "'") result += this.#literal();
      else if (character === '"') result += this.#quoted();
      else if (character === '\\') result += this.#next() ?? '';
      else if (character === '$') result += this.#variable();
      else result += character;
    }
  }

  #literal(): string {
    const end = this.#text.indexOf("'", this.#at);
    if (end < 0) throw bad(this.#what, 'a quote is not closed');
    const inside = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return inside;
  }

  #quoted(): string {
    let result = '';
    for (let character = this.#next(); character !== '"'; character = this.#next()) {
      if (character === undefined) throw bad(this.#what, 'a quote is not closed');
      if (character === '$') result += this.#variable();
      else if (character === '\\' && /["$\\]/.test(this.#text[this.#at] ?? '')) result += this.#next() ?? '';
      else result += character;
    }
    return result;
  }

  /** After the `$`. */
  #variable(): string {
    const isBraced = this.#text[this.#at] === '{';
    const name = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9])/.exec(this.#text.slice(isBraced ? this.#at + 1 : this.#at))?.[0];
    if (name === undefined && !isBraced) return '$';
    if (name === undefined) throw bad(this.#what, 'a name is missing in ${}');
    this.#at += name.length + (isBraced ? 1 : 0);
    const value = this.#variables.get(name);
    return isBraced ? this.#modified(name, value) : (value ?? '');
  }

  #modified(name: string, value: string | undefined): string {
    const modifier = /^:?[-+?]|^\}/.exec(this.#text.slice(this.#at))?.[0];
    if (modifier === undefined) throw bad(this.#what, `$\{${name}: only :-, :+ and :? can follow`);
    this.#at += modifier.length;
    if (modifier === '}') return value ?? '';
    const word = this.expand('}');
    const isThere = value !== undefined && (value !== '' || !modifier.startsWith(':'));
    if (modifier.endsWith('+')) return isThere ? word : '';
    if (isThere) return value;
    if (modifier.endsWith('-')) return word;
    throw bad(this.#what, `${name}: ${word === '' ? 'is not set' : word}`);
  }

  #next(): string | undefined {
    const character = this.#text[this.#at];
    this.#at += 1;
    return character;
  }
}

function bad(what: string, reason: string): SkiffError {
  return new SkiffError('invalid-argument', `${JSON.stringify(what)}: ${reason}`);
}
