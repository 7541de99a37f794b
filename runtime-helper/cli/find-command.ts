import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { cleanText } from './text.ts';
import { UsageError } from './usage-error.ts';

/** What the first of two words stands for. */
export const groups: Readonly<Record<string, string>> = {
  container: 'Manage containers',
  image: 'Manage images',
  system: 'Manage Skiff',
  volume: 'Manage volumes',
  network: 'Manage networks',
};

/** Docker's other spellings of a command, by what is typed. A command of a group that is not here has its own name: `network create`. */
const aliases: Readonly<Record<string, string>> = {
  'container attach': 'attach',
  'container commit': 'commit',
  'container cp': 'cp',
  'container create': 'create',
  'container diff': 'diff',
  'container export': 'export',
  'container exec': 'exec',
  'container kill': 'kill',
  'container list': 'ps',
  'container logs': 'logs',
  'container ls': 'ps',
  'container ps': 'ps',
  'container pause': 'pause',
  'container rename': 'rename',
  'container restart': 'restart',
  'container rm': 'rm',
  'container run': 'run',
  'container start': 'start',
  'container stats': 'stats',
  'container stop': 'stop',
  'container top': 'top',
  'container unpause': 'unpause',
  'container update': 'update',
  'container wait': 'wait',
  'image import': 'import',
  'image list': 'images',
  'image load': 'load',
  'image ls': 'images',
  'image history': 'history',
  'image pull': 'pull',
  'image push': 'push',
  'image remove': 'rmi',
  'image tag': 'tag',
  'image rm': 'rmi',
  'image save': 'save',
  'system events': 'events',
  'system info': 'info',
  'volume list': 'volume ls',
  'volume remove': 'volume rm',
  'container port': 'port',
  'network list': 'network ls',
  'network remove': 'network rm',
};

/** Why commands of Docker's are not there. */
const absent: Readonly<Record<string, string>> = {
  search:
    'registries have no search that a client may ask: look at https://hub.docker.com/search, then skiff pull NAME',
  build: 'images are not built here: skiff commit, or a builder such as buildah, whose archives skiff load takes',
  'image build':
    'images are not built here: skiff commit, or a builder such as buildah, whose archives skiff load takes',
};

export type FoundCommand = {
  command: Command;
  /** The words that name it. */
  typed: string;
  /** What follows them. */
  argv: readonly string[];
};

/** The command that the first words name. Throws UsageError. */
export function findCommand(words: readonly string[]): FoundCommand {
  for (const count of [2, 1]) {
    const typed = words.slice(0, count).join(' ');
    const name = aliases[typed] ?? typed;
    const command = words.length < count ? undefined : commands.find((one) => one.name === name);
    if (command) return { command, typed, argv: words.slice(count) };
  }
  const [first = '', second = ''] = words;
  if (first in groups && second.startsWith('-'))
    throw new UsageError(`unknown flag: ${cleanText(second)}\nSee 'skiff ${first} --help'.`, 125);
  const typed = words.slice(0, first in groups ? 2 : 1).join(' ');
  if (Object.hasOwn(absent, typed)) throw new UsageError(`${typed} is not implemented: ${absent[typed]}`, 1);
  throw new UsageError(`'${cleanText(typed)}' is not a skiff command.`, 1, { hint: true });
}

/** All names of a command, the longer ones first: `container ls`, `ps`. */
export function namesOf({ name }: Command): string[] {
  const others = Object.keys(aliases).filter((typed) => aliases[typed] === name);
  return [...others, name].toSorted((a, b) => b.split(' ').length - a.split(' ').length || (a < b ? -1 : 1));
}

/** A group's commands under their second words, aliases included: `ls` of `container`. */
export function commandsOf(group: string): { name: string; command: Command }[] {
  const own = commands.flatMap((command) => secondWord(group, command.name, command));
  const other = Object.entries(aliases).flatMap(([typed, name]) => {
    const command = commands.find((one) => one.name === name);
    return command ? secondWord(group, typed, command) : [];
  });
  return [...own, ...other];
}

function secondWord(group: string, name: string, command: Command): { name: string; command: Command }[] {
  return name.startsWith(`${group} `) ? [{ name: name.slice(group.length + 1), command }] : [];
}
