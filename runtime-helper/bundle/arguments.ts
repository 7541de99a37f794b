import { SkiffError } from '../lib/errors.ts';

/** Flags are absent, `true`, or the text after them. */
export type Arguments = { command: string; options: Record<string, string | true>; operands: string[] };

type Options = Readonly<Record<string, 'flag' | 'value'>>;

/** Global options come before the command, and all take what runc's take. */
const globals: Options = {
  ...{ root: 'value', log: 'value', 'log-format': 'value', debug: 'flag', 'systemd-cgroup': 'flag', rootless: 'value' },
  ...{ version: 'flag', help: 'flag' },
};

const making: Options = {
  ...{ bundle: 'value', 'pid-file': 'value', 'console-socket': 'value', 'preserve-fds': 'value' },
  ...{ 'no-pivot': 'flag', 'no-new-keyring': 'flag' },
};

export const commands: Readonly<Record<string, Options>> = {
  create: making,
  run: { ...making, detach: 'flag', keep: 'flag', 'no-subreaper': 'flag' },
  ...{ start: {}, state: {}, pause: {}, resume: {}, features: {} },
  kill: { all: 'flag' },
  delete: { force: 'flag' },
  list: { format: 'value', quiet: 'flag' },
  ps: { format: 'value' },
};

const short: Readonly<Record<string, string>> = {
  b: 'bundle',
  d: 'detach',
  a: 'all',
  f: 'force',
  q: 'quiet',
  v: 'version',
  h: 'help',
};

/** Throws invalid-argument that names what is not known. */
export function parseArguments(argv: readonly string[]): Arguments {
  const options: Arguments['options'] = {};
  const operands: string[] = [];
  let command = '';
  let known: Options = globals;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') {
      operands.push(...argv.slice(at + 1));
      break;
    }
    const [, dashes = '', given = '', , value] = /^(--?)([^=-][^=]*)(=(.*))?$/s.exec(word) ?? [];
    if (dashes === '') {
      if (command !== '') {
        operands.push(word);
        continue;
      }
      command = word;
      known = commands[word] ?? {};
      if (commands[word] === undefined && word !== 'help') throw bad(`unknown command "${word}"`);
      continue;
    }
    const name =
      given.length === 1 ? (command === 'list' && given === 'f' ? 'format' : (short[given] ?? given)) : given;
    const kind = known[name];
    if (kind === undefined) throw bad(`unknown option ${dashes}${given}${command === '' ? '' : ` of ${command}`}`);
    if (kind === 'flag') {
      if (value !== 'false') options[name] = true;
      continue;
    }
    const text = value ?? argv[++at];
    if (text === undefined) throw bad(`${dashes}${given} takes a value`);
    options[name] = text;
  }
  return { command, options, operands };
}

function bad(message: string): SkiffError {
  return new SkiffError('invalid-argument', message);
}
