/** What `run` would have to be told for a container like one that exists. From Docker's documents about it and its image. Pure. */
import type { RunOptions } from '../../runtime-helper/protocol/types.ts';
import { exactSize } from './sizes.ts';
import { withChecks, withOption, type RunForm } from './run-form.ts';

type Bindings = Record<string, { HostIp?: string; HostPort?: string }[] | null> | null;

/** The fields that are read (moby, api/types/container: InspectResponse). A document may lack any of them. */
export type ContainerDocument = {
  Path?: string;
  Args?: string[];
  HostConfig?: {
    Binds?: string[] | null;
    NetworkMode?: string;
    PortBindings?: Bindings;
    RestartPolicy?: { Name?: string; MaximumRetryCount?: number };
    AutoRemove?: boolean;
    Privileged?: boolean;
    ReadonlyRootfs?: boolean;
    Init?: boolean | null;
    Memory?: number;
    NanoCpus?: number;
    PidsLimit?: number | null;
  };
  Config?: Settings & { Tty?: boolean; OpenStdin?: boolean };
  NetworkSettings?: { Ports?: Bindings };
};
export type ImageDocument = { Config?: Settings };
type Settings = {
  User?: string;
  Env?: string[] | null;
  Cmd?: string[] | null;
  Entrypoint?: string[] | null;
  WorkingDir?: string;
  Labels?: Record<string, string> | null;
};

/** What its image brings is left out, and so is its name: two can't have it. */
export function formLike(image: string, container: ContainerDocument, of: ImageDocument): RunForm {
  const { HostConfig: host = {}, Config: config = {} } = container;
  const command = commandOf([container.Path ?? '', ...(container.Args ?? [])], of.Config ?? {});
  const inTerminal = config.Tty === true && config.OpenStdin === true;
  const settings: { [K in keyof RunOptions]?: RunOptions[K] | undefined } = {
    command,
    publish: portsOf(host.PortBindings ?? container.NetworkSettings?.Ports ?? {}),
    volumes: host.Binds ?? [],
    env: (config.Env ?? []).filter((entry) => !isGiven(entry, of.Config?.Env ?? [])),
    labels: labelsOf(config.Labels ?? {}, of.Config?.Labels ?? {}),
    workingDir: different(config.WorkingDir, of.Config?.WorkingDir, '/'),
    user: different(config.User, of.Config?.User, ''),
    network: different(host.NetworkMode, 'bridge', 'default'),
    memory: host.Memory ? exactSize(host.Memory) : undefined,
    cpus: host.NanoCpus ? String(host.NanoCpus / 1e9) : undefined,
    pidsLimit: (host.PidsLimit ?? 0) > 0 ? (host.PidsLimit ?? undefined) : undefined,
    restart: restartOf(host.RestartPolicy ?? {}),
  };
  const empty: RunForm = { options: { image }, place: inTerminal ? 'terminal' : 'background' };
  const form = (Object.keys(settings) as (keyof RunOptions)[]).reduce(
    (now, key) => withOption(now, key, settings[key]),
    empty,
  );
  return withChecks(form, [
    ...(config.Tty ? (['tty'] as const) : []),
    ...(config.OpenStdin ? (['interactive'] as const) : []),
    ...(host.AutoRemove ? (['autoRemove'] as const) : []),
    ...(host.Init ? (['init'] as const) : []),
    ...(host.ReadonlyRootfs ? (['readOnly'] as const) : []),
    ...(host.Privileged ? (['privileged'] as const) : []),
  ]);
}

/** Without the image's entrypoint; nothing when it is the image's own command. */
function commandOf(argv: readonly string[], { Entrypoint, Cmd }: Settings): string[] | undefined {
  const entrypoint = Entrypoint ?? [];
  const begins = entrypoint.every((word, index) => argv[index] === word);
  const command = begins ? argv.slice(entrypoint.length) : [...argv];
  return JSON.stringify(command) === JSON.stringify(Cmd ?? []) ? undefined : command;
}

function portsOf(bindings: NonNullable<Bindings>): string[] {
  const texts = Object.entries(bindings).flatMap(([inside, hosts]) =>
    (hosts ?? []).map(({ HostIp = '', HostPort = '' }) => {
      const everywhere = HostIp === '' || HostIp === '0.0.0.0' || HostIp === '::';
      const address = everywhere ? '' : `${HostIp.includes(':') ? `[${HostIp}]` : HostIp}:`;
      const port = inside.replace(/\/tcp$/, '');
      // Any that is free.
      return address === '' && HostPort === '' ? port : `${address}${HostPort}:${port}`;
    }),
  );
  return [...new Set(texts)];
}

/** The image's, or what every container has. */
function isGiven(entry: string, ofImage: readonly string[]): boolean {
  return ofImage.includes(entry) || /^(?:PATH|HOSTNAME|TERM|HOME)=/.test(entry);
}

function labelsOf(labels: Record<string, string>, ofImage: Record<string, string>): string[] {
  return Object.entries(labels)
    .filter(([name, value]) => ofImage[name] !== value)
    .map(([name, value]) => `${name}=${value}`);
}

function different(value: string | undefined, usual: string | undefined, other: string): string | undefined {
  return value === '' || value === usual || value === other ? undefined : value;
}

function restartOf({
  Name = 'no',
  MaximumRetryCount = 0,
}: {
  Name?: string;
  MaximumRetryCount?: number;
}): string | undefined {
  if (Name === 'no' || Name === '') return undefined;
  return Name === 'on-failure' && MaximumRetryCount > 0 ? `${Name}:${MaximumRetryCount}` : Name;
}
