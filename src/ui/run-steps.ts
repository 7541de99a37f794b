import { type QuickPickItem } from 'vscode';
import {
  isChecked,
  lineOf,
  runChecks,
  withChecks,
  withOption,
  type RunCheck,
  type RunForm,
} from '../model/run-form.ts';
import * as field from '../model/run-fields.ts';
import { pickOrType } from './pick-or-type.ts';
import type { RunStep } from './run-hub.ts';
import { t } from '../model/l10n.ts';
import { askText } from './ask-text.ts';
import { askChoices } from './ask-choice.ts';

/** What steps need to know of what there is. */
export type RunSurroundings = {
  title: string;
  nameProblem: (name: string) => string | undefined;
  networks: () => Promise<string[]>;
};
type Step = (form: RunForm, around: RunSurroundings) => Promise<RunForm | undefined>;

/** Asks for one thing. Nothing: it stays as it was. */
export function askRunStep(step: RunStep, form: RunForm, around: RunSurroundings): Promise<RunForm | undefined> {
  return steps[step](form, around);
}

const steps: Record<RunStep, Step> = {
  command: async (form, { title }) => {
    const isHost = form.options.image === '@host';
    const typed = await askWords(
      t('{0}: Command', title),
      { prompt: t('Command to run'), placeHolder: isHost ? 'bash' : t('the image’s own command') },
      form.options.command,
      (line) => {
        const problem = field.wordsProblem(line, () => undefined);
        if (problem !== undefined) return problem;
        return isHost && field.wordsIn(line).length === 0 ? t('A command is needed here, such as bash.') : undefined;
      },
    );
    return typed && withOption(form, 'command', typed);
  },
  name: async (form, { title, nameProblem }) => {
    const name = await askLine(t('{0}: Name', title), t('Name of the container'), form.options.name, nameProblem);
    return name === undefined ? undefined : withOption(form, 'name', name);
  },
  publish: words(
    'publish',
    t('Ports'),
    t('Ports to publish, as HOST:CONTAINER'),
    '8080:80 127.0.0.1:5353:53/udp',
    field.portProblem,
  ),
  volumes: words(
    'volumes',
    t('Volumes'),
    t('Folders and volumes, as SOURCE:TARGET'),
    'data:/var/lib/data /srv/www:/www:ro',
    field.volumeProblem,
  ),
  env: words(
    'env',
    t('Environment'),
    t('Variables, as NAME=VALUE'),
    'DEBUG=1 "GREETING=hello world"',
    field.variableProblem,
  ),
  checks: async (form, { title }) => {
    const items = runChecks.map((check): QuickPickItem & { key: RunCheck } => ({
      label: check.label,
      description: check.flag,
      detail: check.about,
      picked: isChecked(form, check.key),
      key: check.key,
    }));
    const chosen = await askChoices(items, {
      title: t('{0}: Options', title),
      placeHolder: t('Options of the container'),
    });
    return (
      chosen &&
      withChecks(
        form,
        chosen.map(({ key }) => key),
      )
    );
  },
  restart: async (form, { title }) => {
    const policy = await pickOrType(t('{0}: Restart Policy', title), t('What happens when it ends'), restartPolicies);
    return policy === undefined ? undefined : withOption(form, 'restart', policy === 'no' ? undefined : policy);
  },
  network: async (form, { title, networks }) => {
    const items = (await networks()).map((name) => ({ label: name, description: networkWords[name] ?? '' }));
    const network = await pickOrType(
      t('{0}: Network', title),
      t('A network, or container:NAME to share another’s'),
      items,
    );
    return network === undefined ? undefined : withOption(form, 'network', network === 'bridge' ? undefined : network);
  },
  workingDir: text('workingDir', t('Working Directory'), t('Path in the container'), field.pathProblem),
  user: text('user', t('User'), t('User, or USER:GROUP, by name or number'), field.wordProblem),
  memory: text('memory', t('Memory'), t('At most so much memory, such as 512m or 2g'), field.memoryProblem),
  cpus: text('cpus', t('Processors'), t('At most so many processors, such as 1.5'), field.cpusProblem),
  pidsLimit: async (form, { title }) => {
    const before = form.options.pidsLimit?.toString();
    const typed = await askLine(t('{0}: Processes', title), t('At most so many processes'), before, field.countProblem);
    return typed === undefined ? undefined : withOption(form, 'pidsLimit', typed === '' ? undefined : Number(typed));
  },
};

const restartPolicies: QuickPickItem[] = [
  { label: 'no', description: t('it stays as it is') },
  {
    label: 'on-failure',
    description: t('started again after an exit code other than 0; on-failure:5 at most five times'),
  },
  { label: 'unless-stopped', description: t('always started again, also after a reboot, unless it was stopped') },
  { label: 'always', description: t('always started again, after a reboot even if it was stopped') },
];

const networkWords: Readonly<Record<string, string>> = {
  bridge: t('a network of this machine’s, with a way out'),
  none: t('no network'),
  host: t('this machine’s own network'),
};

type Check = (text: string) => string | undefined;

function text(key: 'workingDir' | 'user' | 'memory' | 'cpus', name: string, prompt: string, check: Check): Step {
  return async (form, { title }) => {
    const typed = await askLine(`${title}: ${name}`, prompt, form.options[key], check);
    return typed === undefined ? undefined : withOption(form, key, typed);
  };
}

function words(
  key: 'publish' | 'volumes' | 'env',
  name: string,
  prompt: string,
  placeHolder: string,
  check: Check,
): Step {
  return async (form, { title }) => {
    const how = { prompt: t('{0}; several with blanks between them', prompt), placeHolder };
    const typed = await askWords(`${title}: ${name}`, how, form.options[key], (line) =>
      field.wordsProblem(line, check),
    );
    return typed && withOption(form, key, typed);
  };
}

async function askWords(
  title: string,
  how: { prompt: string; placeHolder: string },
  before: readonly string[] | undefined,
  problem: Check,
): Promise<string[] | undefined> {
  const value = before === undefined ? '' : lineOf(before);
  const line = await askText({ title, ...how, value, validateInput: problem });
  return line === undefined ? undefined : field.wordsIn(line);
}

/** Empty is always allowed: nothing is said then. */
async function askLine(
  title: string,
  prompt: string,
  before: string | undefined,
  check: Check,
): Promise<string | undefined> {
  const validateInput: Check = (value) => (value.trim() === '' ? undefined : check(value.trim()));
  return (await askText({ title, prompt, value: before ?? '', validateInput }))?.trim();
}
