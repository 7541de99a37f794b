const { commands, Uri, workspace } = require('vscode');

/** What a person does by hand: click the activity bar's entry, and open the README. */
exports.activate = async () => {
  await commands.executeCommand('workbench.view.extension.skiff');
  const folder = workspace.workspaceFolders?.[0]?.uri;
  if (folder !== undefined) await commands.executeCommand('markdown.showPreview', Uri.joinPath(folder, 'README.md'));
};
