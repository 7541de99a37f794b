import { QuickPickItemKind, type QuickPickItem } from 'vscode';
import type { ContainerSummary } from '../../runtime-helper/protocol/types.ts';
import { shorten } from '../model/clean-text.ts';
import { displayName } from '../model/container-words.ts';
import { t } from '../model/l10n.ts';
import {
  asRunForm,
  limitChanges,
  limitSteps,
  limitValue,
  updateLine,
  type LimitForm,
  type LimitStep,
} from '../model/limit-form.ts';
import { plainLabel } from './plain-text.ts';
import { askRunStep } from './run-steps.ts';
import { askChoice } from './ask-choice.ts';

type Item = QuickPickItem & { choice?: 'apply' | LimitStep };

/** Shows the limits that these containers have, and asks for others until they are to be applied. Nothing: it was given up. */
export async function askLimits(
  containers: readonly ContainerSummary[],
  initial: LimitForm,
): Promise<LimitForm | undefined> {
  const [first] = containers;
  const subject = first && containers.length === 1 ? displayName(first) : t('{0} containers', containers.length);
  const title = t('Limits of {0}', plainLabel(subject));
  const around = { title, nameProblem: () => undefined, networks: () => Promise.resolve([]) };
  let form = initial;
  for (;;) {
    const choice = await choose(title, form, containers);
    if (choice === undefined) return undefined;
    if (choice === 'apply') return form;
    const said = await askRunStep(choice, asRunForm(choice, limitValue(choice, form, containers)), around);
    if (said) form = { ...form, [choice]: said.options[choice]?.toString() ?? '' };
  }
}

async function choose(
  title: string,
  form: LimitForm,
  containers: readonly ContainerSummary[],
): Promise<Item['choice']> {
  const changes = limitChanges(form, containers);
  const hasChanges = Object.keys(changes).length > 0;
  const line = updateLine(changes, containers.map(displayName));
  const apply: Item[] = [
    { label: t('$(check) Apply'), detail: plainLabel(shorten(line, 300)), choice: 'apply' },
    { label: '', kind: QuickPickItemKind.Separator },
  ];
  const items = limitSteps.map((step): Item => {
    const value = limitValue(step, form, containers);
    const words = value === undefined ? t('they differ') : value || nothing[step];
    const isChanged = step in changes;
    return {
      label: names[step],
      description: plainLabel(isChanged ? t('{0} (changed)', words) : words),
      choice: step,
    };
  });
  const placeHolder = hasChanges ? t('Enter applies it; choose a row to change more') : t('Choose what to change');
  const options = { title, placeHolder };
  return (await askChoice(hasChanges ? [...apply, ...items] : items, options))?.choice;
}

const names: Record<LimitStep, string> = {
  memory: t('Memory'),
  cpus: t('Processors'),
  pidsLimit: t('Processes'),
  restart: t('Restart Policy'),
};
const nothing: Record<LimitStep, string> = {
  memory: t('no limit'),
  cpus: t('no limit'),
  pidsLimit: t('no limit'),
  restart: 'no',
};
