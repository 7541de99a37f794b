import { window } from 'vscode';
import type { RunParams } from '../../runtime-helper/protocol/types.ts';
import { splitCommand } from '../model/command-line.ts';
import { plainLabel } from '../ui/plain-text.ts';
import { pickImage } from '../ui/pick-image.ts';
import { attempt, openTerminal } from './attempt.ts';
import type { CommandContext } from './context.ts';
import { pull } from './image-transfer.ts';

const title = 'Run Container';

type Way = 'terminal' | 'terminal-once' | 'detached';

/** Asks for image, command and way, and runs a new container. */
export async function runContainer(context: CommandContext): Promise<void> {
  await attempt(context, 'run a container', async () => {
    const { images } = await context.client.listImages();
    const image = await pickImage(title, images);
    if (image !== undefined) await runImage(context, image);
  });
}

/** Asks for command and way, and runs a new container of an image. */
export async function runImage(context: CommandContext, image: string): Promise<void> {
  const params = await askForRun(context, image);
  if (!params) return;
  // With a bar that moves and can be canceled: a terminal that shows nothing yet has neither.
  await attempt(context, `run ${image}`, async () => {
    if (await isMissing(context, image)) await pull(context, image);
    launch(context, params.way, params.run);
  });
}

async function isMissing({ client }: CommandContext, reference: string): Promise<boolean> {
  if (reference === '@host') return false;
  const { images } = await client.listImages();
  const names = [reference, `${reference}:latest`];
  return !images.some(({ id, references }) => id.includes(reference) || references.some((one) => names.includes(one)));
}

function launch(context: CommandContext, way: Way, run: RunParams): void {
  const what = `run ${run.image}`;
  if (way === 'detached') {
    void attempt(context, what, async () => void (await context.client.runContainer(run)));
    return;
  }
  openTerminal(context, what, (onFailure) => context.terminals.run(run, onFailure));
}

async function askForRun(context: CommandContext, image: string): Promise<{ way: Way; run: RunParams } | undefined> {
  const command = await askCommand(context, image);
  if (command === undefined) return undefined;
  const way = await askWay(context);
  if (way === undefined) return undefined;
  await context.memory.update(commandKey(image), command);
  await context.memory.update('run.way', way);
  const split = splitCommand(command);
  const words = 'words' in split ? split.words : [];
  return {
    way,
    run: {
      image,
      ...(words.length > 0 ? { command: words } : {}),
      ...(way === 'terminal-once' ? { autoRemove: true } : {}),
    },
  };
}

/** As typed; empty for the image's own. The machine itself has none, so a shell is proposed. */
function askCommand(context: CommandContext, image: string): Thenable<string | undefined> {
  const isHost = image === '@host';
  return window.showInputBox({
    title: `${title}: ${plainLabel(image)}`,
    prompt: isHost ? 'Command to run' : 'Command to run; leave it empty for the image’s own',
    placeHolder: isHost ? 'bash' : 'the image’s own command',
    value: context.memory.get<string>(commandKey(image)) ?? (isHost ? 'bash' : ''),
    validateInput: (value) => {
      const split = splitCommand(value);
      if ('error' in split) return split.error;
      return isHost && split.words.length === 0 ? 'A command is needed here, such as bash.' : undefined;
    },
  });
}

function commandKey(image: string): string {
  return `run.command:${image}`;
}

async function askWay(context: CommandContext): Promise<Way | undefined> {
  const ways: { way: Way; label: string; description: string }[] = [
    { way: 'terminal', label: '$(terminal) Interactive', description: 'in a terminal' },
    {
      way: 'terminal-once',
      label: '$(terminal) Interactive, Once',
      description: 'in a terminal; removed when it ends',
    },
    { way: 'detached', label: '$(server-process) Detached', description: 'in the background' },
  ];
  const last = context.memory.get<Way>('run.way');
  // The way chosen last comes first, so that Enter is enough.
  ways.sort((a, b) => Number(b.way === last) - Number(a.way === last));
  const chosen = await window.showQuickPick(ways, { title, placeHolder: 'How should it run?' });
  return chosen?.way;
}
