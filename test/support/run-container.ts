import type { Workbench } from './workbench.ts';

type Asked = { command?: string; place?: 'Run in Terminal' | 'Run in Background' };

/** From the form of a new container, which is open: says the command, and runs it. */
export async function runFromForm(window: Workbench, { command, place = 'Run in Terminal' }: Asked): Promise<void> {
  await window.quick.waitFor(/Enter runs it/);
  if (command !== undefined) {
    await window.quick.pick('Command');
    await window.quick.waitFor(/Command to run/);
    await window.quick.enter(command);
    await window.quick.waitFor(/Enter runs it/);
  }
  await window.quick.pick(place);
}
