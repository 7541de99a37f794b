import { window } from 'vscode';
import { RequestError } from '../../../runtime-helper/client/request-error.ts';
import { displayImage } from '../../model/container-words.ts';
import type { RunForm } from '../../model/run-form.ts';
import { plainMessage } from '../../ui/plain-text.ts';
import { runSteps, type RunStep } from '../../ui/run-hub.ts';
import { wordsFor } from '../../ui/error-words.ts';
import { failed } from '../attempt.ts';
import type { CommandContext } from '../context.ts';
import { t } from '../../model/l10n.ts';

type Way = {
  form: RunForm;
  /** Shows the form once more, at a step when one is said. */
  again: (step?: RunStep) => void;
};

/** Tells why a container could not run, with the button that leads to what must be changed. */
export async function reportRunFailure(context: CommandContext, error: unknown, { form, again }: Way): Promise<void> {
  const { image } = form.options;
  const what = t('run {0}', image);
  if (!(error instanceof RequestError) || !isMendable(error)) {
    if (await failed(context, what, error)) again();
    return;
  }
  const step = runSteps.find((one) => one === optionSteps[error.option ?? ''] || one === error.option);
  const label = (step && buttons[step]) ?? t('Change Options');
  const message = portMessage(error, form) ?? wordsFor(error, what)?.message ?? error.message;
  context.log.error(message);
  if ((await window.showErrorMessage(message, label)) === label) again(step);
}

/** What was asked for can't be: something else can. */
function isMendable({ code }: RequestError): boolean {
  return code === 'invalid-argument' || code === 'conflict' || code === 'already-exists' || code === 'not-found';
}

const buttons: Partial<Record<RunStep, string>> = {
  publish: t('Choose Another Port'),
  name: t('Choose Another Name'),
  network: t('Choose Another Network'),
  command: t('Change Command'),
};

const optionSteps: Readonly<Record<string, RunStep>> = {
  volume: 'volumes',
  mount: 'volumes',
  workdir: 'workingDir',
  'pids-limit': 'pidsLimit',
  rm: 'restart',
};

/** Names who has the port. */
function portMessage({ portInUse }: RequestError, form: RunForm): string | undefined {
  if (!portInUse) return undefined;
  const { port, container, process } = portInUse;
  const by = container ? container.name : (process?.name ?? t('another program on this machine'));
  const image = displayImage({ image: form.options.image });
  return plainMessage(t('Could not run {0}: port {1} is in use by {2}. Choose another.', image, port, by));
}
