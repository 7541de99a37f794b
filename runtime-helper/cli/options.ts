/** Command-line options as Docker's parser (spf13/pflag) reads them, and its words for what it can't read. */
import { refusalReasons } from './refused-options.ts';
import { UsageError } from './usage-error.ts';

export type OptionSpec = {
  type: 'flag' | 'text' | 'number' | 'list';
  /** One letter. */
  short?: string;
  help: string;
  /** What the help calls the value; absent: string, int, list. */
  value?: string;
  /** Of a flag; absent: false. */
  default?: boolean;
};
export type OptionTable = Readonly<Record<string, OptionSpec>>;
export const helpOption: OptionSpec = { type: 'flag', help: 'Print usage' };

/** What was given, by the option's long name. */
export class Options {
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #table: OptionTable;

  constructor(table: OptionTable, values: ReadonlyMap<string, readonly string[]>) {
    this.#table = table;
    this.#values = values;
  }

  given(name: string): boolean {
    return this.#values.has(name);
  }

  flag(name: string): boolean {
    const text = this.text(name);
    return text === undefined ? (this.#table[name]?.default ?? false) : booleans.get(text) === true;
  }

  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : Number(text);
  }

  list(name: string): string[] {
    return [...(this.#values.get(name) ?? [])];
  }
}

export type Parsed = { options: Options; args: string[] };

type Grammar = {
  /** True where the first argument ends the options, since what follows is another program's. */
  stopsAtArgument: boolean;
  /** Options of Docker's that are not built yet, as they are spelled: `-m`, `--memory`. */
  notBuilt?: readonly string[];
};

/** Throws a UsageError, with Docker's exit code for it. */
export function parseOptions(argv: readonly string[], table: OptionTable, grammar: Grammar): Parsed {
  return new Parser(table, grammar).parse(argv);
}

type Known = { name: string; spec: OptionSpec };

class Parser {
  readonly #table: OptionTable;
  readonly #stopsAtArgument: boolean;
  readonly #notBuilt: ReadonlySet<string>;
  readonly #byName = new Map<string, Known>();
  readonly #byLetter = new Map<string, Known>();
  readonly #values = new Map<string, string[]>();
  #rest: string[] = [];

  constructor(table: OptionTable, grammar: Grammar) {
    this.#table = table;
    this.#stopsAtArgument = grammar.stopsAtArgument;
    this.#notBuilt = new Set(grammar.notBuilt);
    for (const [name, spec] of Object.entries({ help: helpOption, ...table })) this.#know({ name, spec });
    // Docker's older spelling, where the letter is nobody's.
    if (!this.#byLetter.has('h')) this.#byLetter.set('h', { name: 'help', spec: helpOption });
  }

  parse(argv: readonly string[]): Parsed {
    this.#rest = [...argv];
    const args: string[] = [];
    for (let word = this.#rest.shift(); word !== undefined; word = this.#rest.shift()) {
      if (word === '--') {
        args.push(...this.#rest);
        break;
      } else if (word.startsWith('--')) this.#long(word);
      else if (word.startsWith('-') && word !== '-') this.#letters(word);
      else if (!this.#stopsAtArgument) args.push(word);
      else {
        args.push(word, ...this.#rest);
        break;
      }
    }
    return { options: new Options(this.#table, this.#values), args };
  }

  #know(known: Known): void {
    this.#byName.set(known.name, known);
    if (known.spec.short !== undefined) this.#byLetter.set(known.spec.short, known);
  }

  #assertBuilt(spelling: string): void {
    if (!this.#notBuilt.has(spelling)) return;
    const reason = refusalReasons[spelling];
    const words = reason === undefined ? 'is not implemented yet' : `is not implemented: ${reason}`;
    throw new UsageError(`option ${spelling} ${words}`, 125);
  }

  #long(word: string): void {
    const at = word.indexOf('=');
    const name = at < 0 ? word.slice(2) : word.slice(2, at);
    const known = this.#byName.get(name);
    if (!known) {
      this.#assertBuilt(`--${name}`);
      throw unreadable(`unknown flag: --${name}`);
    }
    if (at >= 0) this.#set(known, word.slice(at + 1));
    else if (known.spec.type === 'flag') this.#set(known, 'true');
    else this.#set(known, this.#next(`flag needs an argument: ${word}`));
  }

  /** `-it`, `-eK=V`, `-e=K=V`, `-e K=V`; a letter with a value takes what is left of the word. */
  #letters(word: string): void {
    for (let at = 1; at < word.length; at += 1) {
      const letter = word.charAt(at);
      const known = this.#byLetter.get(letter);
      if (!known) {
        this.#assertBuilt(`-${letter}`);
        throw unreadable(`unknown shorthand flag: '${letter}' in -${word.slice(at)}`);
      }
      const rest = word.slice(at + 1);
      if (rest.startsWith('=')) return this.#set(known, rest.slice(1));
      if (known.spec.type !== 'flag')
        return this.#set(known, rest || this.#next(`flag needs an argument: '${letter}' in -${word.slice(at)}`));
      this.#set(known, 'true');
    }
  }

  #next(otherwise: string): string {
    const word = this.#rest.shift();
    if (word === undefined) throw unreadable(otherwise);
    return word;
  }

  #set({ name, spec }: Known, text: string): void {
    if (spec.type === 'flag' && !booleans.has(text)) throw invalid(text, spec, name, 'strconv.ParseBool');
    if (spec.type === 'number' && !/^[+-]?\d{1,15}$/.test(text)) throw invalid(text, spec, name, 'strconv.ParseInt');
    this.#values.set(name, [...(this.#values.get(name) ?? []), text]);
  }
}

/** Go's strconv.ParseBool. */
const booleans = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false] as const),
]);

function unreadable(message: string): UsageError {
  return new UsageError(message, 125, { hint: true });
}

function invalid(text: string, spec: OptionSpec, name: string, parser: string): UsageError {
  const flag = spec.short === undefined ? `--${name}` : `-${spec.short}, --${name}`;
  const quoted = JSON.stringify(text);
  return unreadable(`invalid argument ${quoted} for "${flag}" flag: ${parser}: parsing ${quoted}: invalid syntax`);
}
