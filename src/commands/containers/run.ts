import { env, workspace } from 'vscode';
import { nameProblem } from '../../model/container-names.ts';
import { optionsFor, runLine, toggleWorkspace, type RunForm } from '../../model/run-form.ts';
import { plainLabel } from '../../ui/plain-text.ts';
import { pickImage } from '../../ui/pick-image.ts';
import { showRunHub, type HubChoice, type RunStep } from '../../ui/run-hub.ts';
import { askRunStep, type RunSurroundings } from '../../ui/run-steps.ts';
import { attempt } from '../attempt.ts';
import type { CommandContext } from '../context.ts';
import { pull } from '../images/transfer.ts';
import { reportRunFailure } from './run-failure.ts';
import { lastForm, recentForms, rememberForm } from './run-memory.ts';
import { t } from '../../model/l10n.ts';

/** From an image to a running container: Enter twice runs what was run last. */
export async function runContainer(context: CommandContext): Promise<void> {
  await attempt(context, t('run a container'), async () => {
    const { images } = await context.client.listImages();
    const recent = recentForms(context.memory).map(({ options }) => options.image);
    const image = await pickImage(t('Run Container'), images, recent);
    if (image !== undefined) await runImage(context, image);
  });
}

export async function runImage(context: CommandContext, image: string): Promise<void> {
  await askAndRun(context, lastForm(context.memory, image));
}

/** Shows a form until it is run or given up. `begin`: the step to begin with; absent: all at a glance. */
export async function askAndRun(context: CommandContext, initial: RunForm, begin?: RunStep): Promise<void> {
  const asked = await askForm(context, initial, begin);
  if (!asked) return;
  await rememberForm(context.memory, asked);
  await launch(context, asked);
}

async function askForm(context: CommandContext, initial: RunForm, begin?: RunStep): Promise<RunForm | undefined> {
  const { image } = initial.options;
  const title = t('Run {0}', plainLabel(image));
  const around = surroundings(context, title);
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
  let form = initial;
  // With what could not be put right, Enter runs it.
  if (begin !== undefined) form = (await askRunStep(begin, form, around)) ?? form;
  let choice: HubChoice | undefined;
  for (;;) {
    if (choice?.kind === 'step') form = (await askRunStep(choice.step, form, around)) ?? form;
    choice = await showRunHub(title, form, { folder, active: choice });
    if (choice === undefined) return undefined;
    if (choice.kind === 'run') return { ...form, place: choice.place };
    if (choice.kind === 'workspace') form = toggleWorkspace(form, choice.folder);
    if (choice.kind === 'copy') await env.clipboard.writeText(runLine(form, form.place));
  }
}

function surroundings({ client, containers }: CommandContext, title: string): RunSurroundings {
  return {
    title,
    nameProblem: (name) => nameProblem(name, containers.all),
    networks: async () => (await client.listNetworks()).networks.map(({ name }) => name),
  };
}

async function launch(context: CommandContext, form: RunForm): Promise<void> {
  const { image } = form.options;
  const again = (step?: RunStep): void => void askAndRun(context, form, step);
  const failed = (error: unknown): void => void reportRunFailure(context, error, { form, again });
  const run = optionsFor(form, form.place);
  try {
    await pullMissing(context, image);
    if (form.place === 'background') await context.client.runContainer(run);
    else context.terminals.run(run, failed);
  } catch (error) {
    failed(error);
  }
}

/** With a bar that moves and can be canceled: a terminal that shows nothing yet has neither. */
export async function pullMissing(context: CommandContext, image: string): Promise<void> {
  if (await isMissing(context, image)) await pull(context, image);
}

async function isMissing({ client }: CommandContext, reference: string): Promise<boolean> {
  if (reference === '@host') return false;
  const { images } = await client.listImages();
  const names = [reference, `${reference}:latest`];
  return !images.some(({ id, references }) => id.includes(reference) || references.some((one) => names.includes(one)));
}
