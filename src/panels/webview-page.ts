import { randomBytes } from 'node:crypto';
import { env, Uri, type Webview } from 'vscode';

/** The page of a webview: one script and one style sheet of ours, and nothing from anywhere else. `title` is for screen readers. */
export function webviewPage(webview: Webview, extensionUri: Uri, name: string, title: string): string {
  const file = (extension: string): string =>
    `${webview.asWebviewUri(Uri.joinPath(extensionUri, 'dist', 'webview', `${name}.${extension}`)).toString()}`;
  const nonce = randomBytes(16).toString('base64url');
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file('css')}">
<title>${escaped(title)}</title>
</head>
<body>
<script nonce="${nonce}" src="${file('js')}"></script>
</body>
</html>`;
}

const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`);
