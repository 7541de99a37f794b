import { commands, ProgressLocation, window } from 'vscode';
import { doctorReport } from '../ui/doctor-report.ts';
import { attempt } from './attempt.ts';
import type { CommandContext } from './context.ts';
import { t } from '../model/l10n.ts';

export async function doctor(context: CommandContext): Promise<void> {
  await attempt(context, t('examine this machine'), async () => {
    const { findings } = await window.withProgress(
      { location: ProgressLocation.Window, title: t('Skiff examines this machine') },
      () => context.client.examine(),
    );
    const uri = context.documents.put('Skiff Doctor.md', doctorReport(findings));
    await commands.executeCommand('markdown.showPreview', uri);
  });
}
