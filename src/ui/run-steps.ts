import { window, type QuickPickItem } from 'vscode';
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
      `${title}: Command`,
      { prompt: 'Command to run', placeHolder: isHost ? 'bash' : 'the image’s own command' },
      form.options.command,
      (line) => {
        const problem = field.wordsProblem(line, () => undefined);
        if (problem !== undefined) return problem;
        return isHost && field.wordsIn(line).length === 0 ? 'A command is needed here, such as bash.' : undefined;
      },
    );
    return typed && withOption(form, 'command', typed);
  },
  name: async (form, { title, nameProblem }) => {
    const name = await askText(`${title}: Name`, 'Name of the container', form.options.name, nameProblem);
    return name === undefined ? undefined : withOption(form, 'name', name);
  },
  publish: words(
    'publish',
    'Ports',
    'Ports to publish, as HOST:CONTAINER',
    '8080:80 127.0.0.1:5353:53/udp',
    field.portProblem,
  ),
  volumes: words(
    'volumes',
    'Volumes',
    'Folders and volumes, as SOURCE:TARGET',
    'data:/var/lib/data /srv/www:/www:ro',
    field.volumeProblem,
  ),
  env: words('env', 'Environment', 'Variables, as NAME=VALUE', 'DEBUG=1 "GREETING=hello world"', field.variableProblem),
  checks: async (form, { title }) => {
    const items = runChecks.map((check): QuickPickItem & { key: RunCheck } => ({
      label: check.label,
      description: check.flag,
      detail: check.about,
      picked: isChecked(form, check.key),
      key: check.key,
    }));
    const chosen = await window.showQuickPick(items, {
      title: `${title}: Options`,
      placeHolder: 'Options of the container',
      canPickMany: true,
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
    const policy = await pickOrType(`${title}: Restart Policy`, 'What happens when it ends', restartPolicies);
    return policy === undefined ? undefined : withOption(form, 'restart', policy === 'no' ? undefined : policy);
  },
  network: async (form, { title, networks }) => {
    const items = (await networks()).map((name) => ({ label: name, description: networkWords[name] ?? '' }));
    const network = await pickOrType(`${title}: Network`, 'A network, or container:NAME to share another’s', items);
    return network === undefined ? undefined : withOption(form, 'network', network === 'bridge' ? undefined : network);
  },
  workingDir: text('workingDir', 'Directory to Begin In', 'Path in the container', field.pathProblem),
  user: text('user', 'User', 'User, or USER:GROUP, by name or number', field.wordProblem),
  memory: text('memory', 'Memory', 'At most so much memory, such as 512m or 2g', field.memoryProblem),
  cpus: text('cpus', 'Processors', 'At most so many processors, such as 1.5', field.cpusProblem),
  pidsLimit: async (form, { title }) => {
    const before = form.options.pidsLimit?.toString();
    const typed = await askText(`${title}: Processes`, 'At most so many processes', before, field.countProblem);
    return typed === undefined ? undefined : withOption(form, 'pidsLimit', typed === '' ? undefined : Number(typed));
  },
};

const restartPolicies: QuickPickItem[] = [
  { label: 'no', description: 'it stays as it is' },
  {
    label: 'on-failure',
    description: 'started again after an exit code other than 0; on-failure:5 at most five times',
  },
  { label: 'unless-stopped', description: 'always started again, also after a reboot, unless it was stopped' },
  { label: 'always', description: 'always started again, after a reboot even if it was stopped' },
];

const networkWords: Readonly<Record<string, string>> = {
  bridge: 'a network of this machine’s, with a way out',
  none: 'no network',
  host: 'this machine’s own network',
};

type Check = (text: string) => string | undefined;

function text(key: 'workingDir' | 'user' | 'memory' | 'cpus', name: string, prompt: string, check: Check): Step {
  return async (form, { title }) => {
    const typed = await askText(`${title}: ${name}`, prompt, form.options[key], check);
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
    const how = { prompt: `${prompt}; several with blanks between them`, placeHolder };
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
  const line = await window.showInputBox({ title, ...how, value, validateInput: problem });
  return line === undefined ? undefined : field.wordsIn(line);
}

/** Empty is always allowed: nothing is said then. */
async function askText(
  title: string,
  prompt: string,
  before: string | undefined,
  check: Check,
): Promise<string | undefined> {
  const validateInput: Check = (value) => (value.trim() === '' ? undefined : check(value.trim()));
  return (await window.showInputBox({ title, prompt, value: before ?? '', validateInput }))?.trim();
}
