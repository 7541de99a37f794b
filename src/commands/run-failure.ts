import { window } from 'vscode';
import { RequestError } from '../../runtime-helper/client/request-error.ts';
import { displayImage, displayName } from '../model/container-words.ts';
import type { RunForm } from '../model/run-form.ts';
import { plainMessage } from '../ui/plain-text.ts';
import { runSteps, type RunStep } from '../ui/run-hub.ts';
import { wordsFor } from '../ui/error-words.ts';
import { failed } from './attempt.ts';
import type { CommandContext } from './context.ts';

type Way = {
  form: RunForm;
  /** Shows the form once more, at a step when one is said. */
  again: (step?: RunStep) => void;
};

/** Tells why a container could not run, with the button that leads to what must be changed. */
export async function reportRunFailure(context: CommandContext, error: unknown, { form, again }: Way): Promise<void> {
  const { image } = form.options;
  const what = `run ${image}`;
  if (!(error instanceof RequestError) || !isMendable(error)) {
    if (await failed(context, what, error)) again();
    return;
  }
  const step = runSteps.find((one) => one === optionSteps[error.option ?? ''] || one === error.option);
  const label = (step && buttons[step]) ?? 'Change Options';
  const message = portMessage(context, error, form) ?? wordsFor(error, what)?.message ?? error.message;
  context.log.error(message);
  if ((await window.showErrorMessage(message, label)) === label) again(step);
}

/** What was asked for can't be: something else can. */
function isMendable({ code }: RequestError): boolean {
  return code === 'invalid-argument' || code === 'conflict' || code === 'already-exists' || code === 'not-found';
}

const buttons: Partial<Record<RunStep, string>> = {
  publish: 'Choose Another Port',
  name: 'Choose Another Name',
  network: 'Choose Another Network',
  command: 'Change Command',
};

const optionSteps: Readonly<Record<string, RunStep>> = {
  volume: 'volumes',
  mount: 'volumes',
  workdir: 'workingDir',
  'pids-limit': 'pidsLimit',
  rm: 'restart',
};

/** Names the container that has the port, when it is one of ours. */
function portMessage({ containers }: CommandContext, error: RequestError, form: RunForm): string | undefined {
  const port = error.option === 'publish' ? /:(\d+) failed/.exec(error.message)?.[1] : undefined;
  if (port === undefined) return undefined;
  const owner = containers.all.find(({ ports }) => ports.some(({ hostPort }) => hostPort === Number(port)));
  const by = owner ? displayName(owner) : 'another program on this machine';
  const image = displayImage({ image: form.options.image });
  return plainMessage(`Could not run ${image}: port ${port} is in use by ${by}. Choose another.`);
}
