import { QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { shorten } from '../model/clean-text.ts';
import {
  isChecked,
  lineOf,
  mountsWorkspace,
  runChecks,
  runLine,
  type RunForm,
  type RunPlace,
} from '../model/run-form.ts';
import { plainLabel } from './plain-text.ts';
import { t } from '../model/l10n.ts';

/** What a step asks for. `checks` are those that are on or off. */
export const runSteps = [
  'command',
  'name',
  'publish',
  'volumes',
  'env',
  'checks',
  'restart',
  'network',
  'workingDir',
  'user',
  'memory',
  'cpus',
  'pidsLimit',
] as const;
export type RunStep = (typeof runSteps)[number];
export type HubChoice =
  | { kind: 'run'; place: RunPlace }
  | { kind: 'step'; step: RunStep }
  | { kind: 'workspace'; folder: string }
  | { kind: 'copy' };
type HubItem = QuickPickItem & { choice?: HubChoice };

/** Shows all that is said of a container; Enter runs it. `active`: the step that was made last. */
export async function showRunHub(
  title: string,
  form: RunForm,
  how: { folder: string | undefined; active: HubChoice | undefined },
): Promise<HubChoice | undefined> {
  const pick = window.createQuickPick<HubItem>();
  pick.title = title;
  pick.placeholder = t('Enter runs it; choose a row to say more');
  pick.ignoreFocusOut = true;
  pick.items = hubItems(form, how.folder);
  const active = pick.items.find(({ choice }) => isSame(choice, how.active));
  if (active) pick.activeItems = [active];
  const chosen = await new Promise<HubChoice | undefined>((resolve) => {
    pick.onDidAccept(() => resolve(pick.selectedItems[0]?.choice));
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  });
  pick.dispose();
  return chosen;
}

function hubItems(form: RunForm, folder: string | undefined): HubItem[] {
  const places: RunPlace[] = form.place === 'terminal' ? ['terminal', 'background'] : ['background', 'terminal'];
  return [
    ...places.map((place): HubItem => ({
      label: place === 'terminal' ? t('$(terminal) Run in Terminal') : t('$(server-process) Run in Background'),
      detail: plainLabel(shorten(runLine(form, place), 300)),
      choice: { kind: 'run', place },
    })),
    { label: t('$(copy) Copy Command Line'), choice: { kind: 'copy' } },
    separator(t('container')),
    ...workspaceItem(form, folder),
    ...stepItems(form),
  ];
}

function workspaceItem(form: RunForm, folder: string | undefined): HubItem[] {
  if (folder === undefined) return [];
  const mounted = mountsWorkspace(form, folder);
  return [
    {
      label: t('Workspace Folder'),
      description: mounted ? t('mounted at /workspace') : t('not mounted; choose to mount it at /workspace'),
      choice: { kind: 'workspace', folder },
    },
  ];
}

function stepItems({ options, place }: RunForm): HubItem[] {
  const lists = (words: readonly string[] | undefined, otherwise: string): string =>
    words === undefined || words.length === 0 ? otherwise : lineOf(words);
  const checks = runChecks.filter(({ key }) => isChecked({ options, place }, key)).map(({ label }) => label);
  return [
    step('command', t('Command'), lists(options.command, t('the image’s own'))),
    step('name', t('Name'), options.name ?? t('one is made up')),
    step('publish', t('Ports'), lists(options.publish, t('none'))),
    step('volumes', t('Volumes'), lists(options.volumes, t('none'))),
    step('env', t('Environment'), lists(options.env, t('the image’s own'))),
    step('checks', t('Options'), checks.length === 0 ? t('none') : checks.join(', ')),
    step('restart', t('Restart Policy'), options.restart ?? 'no'),
    step('network', t('Network'), options.network ?? 'bridge'),
    step('workingDir', t('Working Directory'), options.workingDir ?? t('the image’s own')),
    step('user', t('User'), options.user ?? t('the image’s own')),
    separator(t('limits')),
    step('memory', t('Memory'), options.memory ?? t('no limit')),
    step('cpus', t('Processors'), options.cpus ?? t('no limit')),
    step('pidsLimit', t('Processes'), options.pidsLimit?.toString() ?? t('no limit')),
  ];
}

const step = (name: RunStep, label: string, value: string): HubItem => ({
  label,
  description: plainLabel(shorten(value, 120)),
  choice: { kind: 'step', step: name },
});

const separator = (label: string): HubItem => ({ label, kind: QuickPickItemKind.Separator });

function isSame(a: HubChoice | undefined, b: HubChoice | undefined): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
