import { homedir, hostname as machineName } from 'node:os';
import { runtimeConfig } from '../../container/default-config.ts';
import { confine, type Confinement } from '../../container/confinement.ts';
import { resourcesOf, type Limits } from '../../container/limits.ts';
import { checkAttributeOptions } from '../../container/log-attributes.ts';
import { signalNumber } from '../../container/monitor-client.ts';
import { mountOf, type MountPoint } from '../../container/mounts.ts';
import { mountPoints, type ContainerRecord } from '../../container/record.ts';
import { SkiffError } from '../../lib/errors.ts';
import { mergeHealthcheck } from '../../oci/healthcheck.ts';
import type { RuntimeConfig } from '../../oci/runtime-config.ts';
import { hostView } from '../../snapshot/host-image.ts';
import type { ResolvedImage } from '../images/resolved-image.ts';
import type { Store } from '../store.ts';
import type { CreateOptions } from '../types.ts';
import { planRuntime } from './runtime.ts';
import { phrase } from '../../lib/phrase.ts';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export type Planned = { config: RuntimeConfig; record: Omit<ContainerRecord, 'name'> };

type Surroundings = { store: Store; mounts: MountPoint[]; confinement: Confinement; limits: Limits };

/** Everything about a container that can be decided before anything is made. Throws invalid-argument. */
export function planContainer(id: string, image: ResolvedImage, options: CreateOptions, around: Surroundings): Planned {
  const command = commandOf(image, options);
  // On the host's network it is the host, as Docker has it.
  const hostname = options.hostname ?? (options.network === 'host' ? machineName() : id.slice(0, 12));
  checkOptions(options, hostname, around.confinement);
  const what = { id, image, options, hostname, command };
  const config = planConfig(what, around);
  return { config, record: planRecord(what, config, around) };
}

type Command = { entrypoint: string[]; args: string[] };
type What = { id: string; image: ResolvedImage; options: CreateOptions; hostname: string; command: Command };

/** As Docker: another entrypoint drops the image's command. */
function commandOf(image: ResolvedImage, options: CreateOptions): Command {
  const entrypoint = options.entrypoint ?? image.entrypoint;
  const command = options.command.length > 0 || options.entrypoint ? options.command : image.command;
  const args = [...entrypoint, ...command];
  if (args.length === 0) throw new SkiffError('invalid-argument', phrase('no command specified'));
  return { entrypoint, args };
}

function checkOptions(
  { log, stopSignal, workingDir }: CreateOptions,
  hostname: string,
  confinement: Confinement,
): void {
  if (workingDir !== undefined && workingDir !== '' && !workingDir.startsWith('/'))
    throw new SkiffError(
      'invalid-argument',
      phrase("the working directory '{0}' is invalid, it needs to be an absolute path", workingDir),
    );
  if (stopSignal !== undefined) signalNumber(stopSignal);
  checkUtsName('hostname', hostname);
  checkUtsName('domainname', confinement.domainname ?? '');
  if (log?.options) checkAttributeOptions(log.options);
}

function planConfig({ id, image, options, hostname, command }: What, around: Surroundings): RuntimeConfig {
  const { store, mounts, confinement, limits } = around;
  const view =
    image.id === 'host'
      ? hostView({
          hidden: [store.root, store.runRoot],
          home: ownHome(),
          targets: mounts.map(({ target }) => target),
        })
      : { mounts: [], maskedPaths: [] };
  const common = runtimeConfig({
    id,
    hostname,
    args: command.args,
    env: environment({ hostname, tty: options.tty, image: image.env, given: options.env }),
    cwd: options.workingDir || image.workingDir || '/',
    user: options.user ?? image.user,
    tty: options.tty,
    network: options.network,
    extraMounts: [...view.mounts, ...mounts.map(mountOf)],
    extraMaskedPaths: view.maskedPaths,
    annotations: { ...options.labels, ...options.annotations },
  });
  const config = confine(common, confinement);
  config.linux.resources = { ...config.linux.resources, ...resourcesOf(limits) };
  return config;
}

function planRecord(
  { id, image, options, hostname, command }: What,
  config: RuntimeConfig,
  { mounts, confinement, limits }: Surroundings,
): Planned['record'] {
  const healthcheck = mergeHealthcheck(options.healthcheck, image.healthcheck);
  return {
    version: 1,
    id,
    image: options.image,
    imageId: image.id,
    lowers: image.id === 'host' ? ['/'] : [...image.layers, mountPoints],
    command: command.args,
    entrypoint: command.entrypoint,
    createdAt: new Date().toISOString(),
    hostname,
    tty: options.tty,
    openStdin: options.openStdin,
    stdinOnce: options.stdinOnce,
    ...(options.attach ? { attach: options.attach } : {}),
    autoRemove: options.autoRemove,
    network: options.network,
    stopSignal: options.stopSignal ?? image.stopSignal,
    ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(healthcheck ? { healthcheck } : {}),
    ...(image.shell.length > 0 ? { shell: image.shell } : {}),
    ...(options.restartPolicy === undefined ? {} : { restartPolicy: options.restartPolicy }),
    labels: { ...image.labels, ...options.labels },
    ...(mounts.length > 0 ? { mounts } : {}),
    ...(options.volumesFrom ? { volumesFrom: options.volumesFrom.map(volumesFromText) } : {}),
    ...(options.annotations ? { annotations: options.annotations } : {}),
    ...planRuntime(options.runtime, config, confinement),
    ...(Object.keys(confinement).length > 0 ? { confinement } : {}),
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
  };
}

const volumesFromText = ({ container, readonly }: NonNullable<CreateOptions['volumesFrom']>[number]): string =>
  readonly === undefined ? container : `${container}:${readonly ? 'ro' : 'rw'}`;

/** As uname(2) has room for it. */
function checkUtsName(option: 'hostname' | 'domainname', name: string): void {
  if (Buffer.byteLength(name) <= 64) return;
  throw new SkiffError(
    'invalid-argument',
    phrase('invalid {0}: {1} is longer than 64 bytes', option, JSON.stringify(name)),
    {
      exitCode: 125,
      option,
    },
  );
}

/** The root directory for a user who has none: then all homes are others'. */
function ownHome(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}

/** Later ones win; order is kept, as a process would see it under Docker. */
function environment(parts: { hostname: string; tty: boolean; image: string[]; given: string[] }): string[] {
  const variables = new Map<string, string>();
  const all = [
    `PATH=${defaultPath}`,
    `HOSTNAME=${parts.hostname}`,
    ...(parts.tty ? ['TERM=xterm'] : []),
    ...parts.image,
    ...parts.given,
  ];
  for (const variable of all) {
    const at = variable.indexOf('=');
    if (at > 0) variables.set(variable.slice(0, at), variable.slice(at + 1));
  }
  return [...variables].map(([key, value]) => `${key}=${value}`);
}
