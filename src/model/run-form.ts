/** What a person has said so far of a container that is to run. Pure. */
import { runArguments } from '../../runtime-helper/protocol/run-arguments.ts';
import type { RunOptions } from '../../runtime-helper/protocol/types.ts';
import { quoteArgument } from './container-words.ts';
import { t } from './l10n.ts';

export type RunPlace = 'terminal' | 'background';
/** `place`: where it ran last, or is to run unless something else is said. */
export type RunForm = { options: RunOptions; place: RunPlace };

export function emptyForm(image: string): RunForm {
  // The machine itself has no command of its own.
  return { options: { image, ...(image === '@host' ? { command: ['bash'] } : {}) }, place: 'terminal' };
}

/** In a terminal a program has one, and can be typed at, unless that was taken away. */
export function optionsFor({ options }: RunForm, place: RunPlace): RunOptions {
  const inTerminal = place === 'terminal';
  return { ...options, tty: options.tty ?? inTerminal, interactive: options.interactive ?? inTerminal };
}

/** The line that does the same in a terminal. */
export function runLine(form: RunForm, place: RunPlace): string {
  return lineOf(['skiff', ...runArguments(optionsFor(form, place), { detached: place === 'background' })]);
}

export function lineOf(words: readonly string[]): string {
  return words.map(quoteArgument).join(' ');
}

/** With one option set, or taken away by what is empty. */
export function withOption<K extends keyof RunOptions>(form: RunForm, key: K, value: RunOptions[K]): RunForm {
  const { [key]: _old, ...others } = form.options;
  const isEmpty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  return { ...form, options: (isEmpty ? others : { ...others, [key]: value }) as RunOptions };
}

const workspaceTarget = '/workspace';

export function mountsWorkspace({ options }: RunForm, folder: string): boolean {
  return options.volumes?.includes(`${folder}:${workspaceTarget}`) ?? false;
}

/** Mounts the workspace's folder, and begins in it; or takes both back. */
export function toggleWorkspace(form: RunForm, folder: string): RunForm {
  const mount = `${folder}:${workspaceTarget}`;
  const others = (form.options.volumes ?? []).filter((volume) => volume !== mount);
  if (!mountsWorkspace(form, folder))
    return withOption(withOption(form, 'volumes', [...others, mount]), 'workingDir', workspaceTarget);
  const without = withOption(form, 'volumes', others);
  return form.options.workingDir === workspaceTarget ? withOption(without, 'workingDir', undefined) : without;
}

/** Options that are on or off, as `run` calls them and as a person reads them. */
export const runChecks = [
  { key: 'interactive', label: t('Keep Input Open'), flag: '-i', about: t('what is typed reaches the program') },
  { key: 'tty', label: t('Terminal'), flag: '-t', about: t('colours, line editing, full-screen programs') },
  { key: 'autoRemove', label: t('Remove When It Ends'), flag: '--rm', about: t('its files and its log go with it') },
  { key: 'init', label: t('Init Process'), flag: '--init', about: t('passes signals on, and reaps orphans') },
  { key: 'readOnly', label: t('Read-only Files'), flag: '--read-only', about: t('only its volumes can be written to') },
  { key: 'publishAll', label: t('Publish All Exposed Ports'), flag: '-P', about: t('on ports that are free') },
  {
    key: 'privileged',
    label: t('Privileged'),
    flag: '--privileged',
    about: t('all devices and capabilities: it can harm this machine'),
  },
] as const;
export type RunCheck = (typeof runChecks)[number]['key'];

export function isChecked(form: RunForm, key: RunCheck): boolean {
  return optionsFor(form, form.place)[key] === true;
}

/** Keeps in the form only what differs from what would be without it. */
export function withChecks(form: RunForm, checked: readonly RunCheck[]): RunForm {
  return runChecks.reduce((now, { key }) => {
    const usual = (key === 'tty' || key === 'interactive') && form.place === 'terminal';
    const wanted = checked.includes(key);
    return withOption(now, key, wanted === usual ? undefined : wanted);
  }, form);
}
