import { SkiffError } from '../lib/errors.ts';

/** Flags are absent, `true`, or the text after them; `lists` has what may be given more than once. */
export type Arguments = {
  command: string;
  options: Record<string, string | true>;
  lists: Record<string, string[]>;
  operands: string[];
};

type Options = Readonly<Record<string, 'flag' | 'value' | 'list'>>;

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
  exec: {
    ...{ process: 'value', 'pid-file': 'value', 'console-socket': 'value', 'preserve-fds': 'value', cwd: 'value' },
    ...{ user: 'value', apparmor: 'value', cgroup: 'value', 'process-label': 'value' },
    ...{ env: 'list', cap: 'list', 'additional-gids': 'list' },
    ...{ detach: 'flag', tty: 'flag', 'no-new-privs': 'flag', 'ignore-paused': 'flag', 'no-subreaper': 'flag' },
  },
  update: {
    ...{ resources: 'value', memory: 'value', 'memory-reservation': 'value', 'memory-swap': 'value' },
    ...{ 'cpu-period': 'value', 'cpu-quota': 'value', 'cpu-share': 'value', 'cpuset-cpus': 'value' },
    ...{ 'cpuset-mems': 'value', 'pids-limit': 'value', 'blkio-weight': 'value' },
  },
  ...{ start: {}, state: {}, pause: {}, resume: {}, features: {} },
  kill: { all: 'flag' },
  delete: { force: 'flag' },
  list: { format: 'value', quiet: 'flag' },
  ps: { format: 'value' },
};

const short: Readonly<Record<string, string>> = {
  ...{ b: 'bundle', d: 'detach', a: 'all', f: 'force', q: 'quiet', v: 'version', h: 'help' },
};
/** Letters that mean something else there. */
const shortOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  list: { f: 'format' },
  ps: { f: 'format' },
  update: { r: 'resources' },
  exec: { p: 'process', e: 'env', t: 'tty', u: 'user', c: 'cap', g: 'additional-gids' },
};

/** Throws invalid-argument that names what is not known. */
export function parseArguments(argv: readonly string[]): Arguments {
  const options: Arguments['options'] = {};
  const lists: Arguments['lists'] = {};
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
        // What follows a container's id is the command of a process in it.
        if (command === 'exec') {
          operands.push(...argv.slice(at + 1));
          break;
        }
        continue;
      }
      command = word;
      known = commands[word] ?? {};
      if (commands[word] === undefined && word !== 'help') throw bad(`unknown command "${word}"`);
      continue;
    }
    const name = given.length === 1 ? (shortOf[command]?.[given] ?? short[given] ?? given) : given;
    const kind = known[name];
    if (kind === undefined) throw bad(`unknown option ${dashes}${given}${command === '' ? '' : ` of ${command}`}`);
    if (kind === 'flag') {
      if (value !== 'false') options[name] = true;
      continue;
    }
    const text = value ?? argv[++at];
    if (text === undefined) throw bad(`${dashes}${given} takes a value`);
    if (kind === 'list') (lists[name] ??= []).push(text);
    else options[name] = text;
  }
  return { command, options, lists, operands };
}

function bad(message: string): SkiffError {
  return new SkiffError('invalid-argument', message);
}
