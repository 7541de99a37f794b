import type { AttachedStream, CreateOptions } from '../engine/index.ts';
import { readCallerFile, type Caller } from './caller-file.ts';
import { confinementOptions, readConfinement } from './confinement-options.ts';
import { healthOptions, readHealthOptions } from './health-options.ts';
import { limitOptions, readLimits } from './limit-options.ts';
import { mountOptions, readMountOptions } from './mount-options.ts';
import { lifeOptions, readLifeOptions } from './life-options.ts';
import { networkOptions, readNetworkOptions } from './network-options.ts';
import type { Options, OptionTable, Parsed } from './options.ts';
import { contentTrustOption, insecureOption } from './registry-options.ts';
import { logOptions, readLogOptions } from './log-options.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Options that `run` and `create` share. */
export const containerOptions: OptionTable = {
  ...networkOptions,
  attach: { type: 'list', short: 'a', help: 'Attach to STDIN, STDOUT or STDERR' },
  annotation: { type: 'list', help: 'Add an annotation to the container (passed through to the OCI runtime)' },
  cidfile: { type: 'text', help: 'Write the container ID to the file' },
  entrypoint: { type: 'text', help: 'Overwrite the default ENTRYPOINT of the image' },
  env: { type: 'list', short: 'e', help: 'Set environment variables' },
  'env-file': { type: 'list', help: 'Read in a file of environment variables' },
  hostname: { type: 'text', short: 'h', help: 'Container host name' },
  ...healthOptions,
  ...lifeOptions,
  ...logOptions,
  'disable-content-trust': contentTrustOption,
  'insecure-registry': insecureOption,
  interactive: { type: 'flag', short: 'i', help: 'Keep STDIN open even if not attached' },
  label: { type: 'list', short: 'l', help: 'Set meta data on a container' },
  'label-file': { type: 'list', help: 'Read in a line delimited file of labels' },
  ...confinementOptions,
  ...limitOptions,
  ...mountOptions,
  name: { type: 'text', help: 'Assign a name to the container' },
  platform: { type: 'text', help: 'Set platform if server is multi-platform capable' },
  pull: { type: 'text', help: 'Pull image before running ("always", "missing", "never")' },
  quiet: { type: 'flag', short: 'q', help: 'Suppress the pull output' },
  rm: { type: 'flag', help: 'Automatically remove the container and its files when it exits' },
  runtime: { type: 'text', help: 'Runtime to use for this container: skiff, crun, runc, runsc, or a path' },
  tty: { type: 'flag', short: 't', help: 'Allocate a pseudo-TTY' },
  user: { type: 'text', short: 'u', help: 'Username or UID (format: <name|uid>[:<group|gid>])' },
  workdir: { type: 'text', short: 'w', help: 'Working directory inside the container' },
};

/** Options of Docker's that would change what a container is: silently dropping one would be worse than refusing. */
export const notBuiltContainerOptions: readonly string[] = (
  '--cpu-count --cpu-percent --cpu-rt-period --cpu-rt-runtime --gpus ' +
  '--io-maxbandwidth --io-maxiops --isolation ' +
  '--kernel-memory --link-local-ip ' +
  '--storage-opt --use-api-socket ' +
  '--volume-driver'
).split(' ');

/** A command line, and where it was typed. */
type Described = Parsed & { terminal: Caller & Pick<Terminal, 'env'> };

/** What the engine is to make, from a command line of `run` or `create`. Throws UsageError. */
export async function createOptions(
  { options, args, terminal }: Described,
  how: { detached: boolean },
): Promise<CreateOptions> {
  const [image = '', ...command] = args;
  const [name, user, hostname] = [options.text('name'), options.text('user'), options.text('hostname')];
  const [workingDir, entrypoint] = [options.text('workdir'), options.text('entrypoint')];
  const runtime = options.text('runtime') ?? terminal.env['SKIFF_RUNTIME'];
  const platform = options.text('platform');
  const openStdin = options.flag('interactive');
  checkPull(options.text('pull'));
  const attach = how.detached ? [] : readAttach(options);
  return {
    image,
    command,
    tty: options.flag('tty'),
    openStdin,
    stdinOnce: openStdin && attach.includes('stdin'),
    attach,
    autoRemove: options.flag('rm'),
    env: await readEnvironment(options.list('env-file'), options.list('env'), terminal),
    ...readNetworkOptions(options),
    labels: Object.fromEntries(await readLabels(options, terminal)),
    ...readLifeOptions(options),
    ...readHealthOptions(options),
    ...readLogOptions(options),
    ...readMountOptions(options, terminal.cwd),
    confinement: await readConfinement(options, terminal),
    limits: readLimits(options),
    ...(runtime === undefined ? {} : { runtime }),
    ...(platform === undefined ? {} : { platform }),
    ...(name === undefined ? {} : { name }),
    ...(user === undefined ? {} : { user }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(workingDir === undefined ? {} : { workingDir }),
    ...readAnnotations(options.list('annotation')),
    // An empty one takes the image's away.
    ...(entrypoint === undefined ? {} : { entrypoint: entrypoint === '' ? [] : [entrypoint] }),
  };
}

/** What a client of it is to be shown and may say. Docker's default: all that there is. */
export function readAttach(options: Options): AttachedStream[] {
  const named = options.list('attach').map((name) => {
    const stream = streams.find((one) => one === name.toLowerCase());
    if (stream) return stream;
    throw new UsageError(
      `invalid argument "${name}" for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR`,
      125,
    );
  });
  if (named.length > 0) return streams.filter((stream) => named.includes(stream));
  return streams.filter((stream) => stream !== 'stdin' || options.flag('interactive'));
}

const streams: readonly AttachedStream[] = ['stdin', 'stdout', 'stderr'];

/** KEY=VALUE, files first; KEY alone takes the caller's own value, and is nothing where he has none. */
export async function readEnvironment(
  files: readonly string[],
  entries: readonly string[],
  { env, ...caller }: Caller & Pick<Terminal, 'env'>,
): Promise<string[]> {
  const all = [...(await readLines(files, caller)), ...entries];
  return all.flatMap((entry) => {
    if (entry.startsWith('=') || entry === '')
      throw new UsageError(
        `invalid argument "${entry}" for "-e, --env" flag: invalid environment variable: ${entry}`,
        125,
      );
    if (entry.includes('=')) return [entry];
    const own = env[entry];
    return own === undefined ? [] : [`${entry}=${own}`];
  });
}

/** Lines of KEY=VALUE as they are, without quotes or escapes; `#` begins a line of comment. */
async function readLines(paths: readonly string[], caller: Caller): Promise<string[]> {
  const texts: string[] = [];
  // In this order: two may be one pipe.
  for (const path of paths) texts.push(await readCallerFile(path, caller));
  const lines = texts.flatMap((text) => text.replace(/^\ufeff/, '').split(/\r?\n/));
  return lines.map((line) => line.trimStart()).filter((line) => line !== '' && !line.startsWith('#'));
}

function checkPull(policy: string | undefined): void {
  if (policy === undefined || policy === 'always' || policy === 'missing' || policy === 'never') return;
  throw new UsageError(`invalid pull option: '${policy}': must be one of "always", "missing" or "never"`, 125);
}

/** Files first, so that what is said on the command line itself stands. */
async function readLabels(options: Options, caller: Caller): Promise<[string, string][]> {
  const files = await readLines(options.list('label-file'), caller);
  const given = options.list('label');
  const nameless = given.find((label) => label.startsWith('='));
  if (nameless !== undefined)
    throw new UsageError(
      `invalid argument "${nameless}" for "-l, --label" flag: invalid label '${nameless}': empty name`,
      125,
    );
  return [...files, ...given].map(splitLabel);
}

function readAnnotations(entries: readonly string[]): { annotations?: Record<string, string> } {
  const annotations = entries.map(splitLabel);
  const nameless = annotations.find(([key]) => key === '');
  if (nameless)
    throw new UsageError(`invalid argument "=${nameless[1]}" for "--annotation" flag: the key is missing`, 125);
  return annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) };
}

export function splitLabel(label: string): [string, string] {
  const at = label.indexOf('=');
  return at < 0 ? [label, ''] : [label.slice(0, at), label.slice(at + 1)];
}
