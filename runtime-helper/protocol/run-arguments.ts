import type { RunOptions } from './types.ts';

/**
 * The words that say the same to `skiff`: what a window shows of a container that it is about to run is what the helper reads. Each
 * value is a word of its own behind its option, so that none can be taken for another option.
 */
export function runArguments(options: RunOptions, how: { detached: boolean }): string[] {
  return [
    'run',
    ...letters({ d: how.detached, i: options.interactive, t: options.tty }),
    ...flag('--rm', options.autoRemove),
    ...text('--name', options.name),
    ...text('--entrypoint', options.entrypoint),
    ...each('-p', options.publish),
    ...flag('-P', options.publishAll),
    ...each('-v', options.volumes),
    ...each('-e', options.env),
    ...text('-w', options.workingDir),
    ...text('-u', options.user),
    ...text('--network', options.network),
    ...text('-m', options.memory),
    ...text('--cpus', options.cpus),
    ...text('--pids-limit', options.pidsLimit?.toString()),
    ...text('--restart', options.restart),
    ...flag('--init', options.init),
    ...flag('--read-only', options.readOnly),
    ...flag('--privileged', options.privileged),
    ...each('-l', options.labels),
    options.image,
    ...(options.command ?? []),
  ];
}

/** `-it`: flags of one letter share a word. */
function letters(flags: Readonly<Record<string, boolean | undefined>>): string[] {
  const given = Object.keys(flags).filter((letter) => flags[letter]);
  return given.length > 0 ? [`-${given.join('')}`] : [];
}

const flag = (name: string, value: boolean | undefined): string[] => (value ? [name] : []);
const text = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [name, value]);
const each = (name: string, values: readonly string[] = []): string[] => values.flatMap((value) => [name, value]);
