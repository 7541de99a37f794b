/** Each view in each kind of theme, to be looked at: `.cache/screenshots/THEME-VIEW.png`. `npm run pictures` takes the README's of these. */
import { useEditor, type Editor } from '../support/editor.ts';
import { busyboxRootfs } from '../support/images.ts';
import { patience, until } from '../support/wait.ts';
import { curveWidth, webview } from '../support/webview.ts';

const { story } = useEditor({
  settings: {
    'skiff.containers.showUsage': 'sparkline',
    'window.autoDetectColorScheme': true,
    'window.autoDetectHighContrast': true,
  },
});

/** Name in pictures → what the browser is told of its user's wishes, and the class that the workbench has then. */
const themes = {
  light: [{ colorScheme: 'light', forcedColors: 'none' }, 'vs'],
  dark: [{ colorScheme: 'dark', forcedColors: 'none' }, 'vs-dark'],
  'high-contrast': [{ colorScheme: 'dark', forcedColors: 'active' }, 'hc-black'],
} as const;

/** Takes a picture of what is on the screen, in each theme. */
async function portray({ window }: Editor, view: string): Promise<void> {
  for (const [name, [wishes, kind]] of Object.entries(themes)) {
    await window.page.emulateMedia(wishes);
    await window.page.locator(`.monaco-workbench.${kind}`).waitFor();
    await window.screenshot(`${name}-${view}`);
  }
  await window.page.emulateMedia(themes.light[0]);
}

/** Wide enough for what rows have to say. */
async function widenSideBar({ window: { page } }: Editor): Promise<void> {
  const bar = async (): Promise<{ x: number; y: number; width: number }> =>
    (await page.locator('.part.sidebar').boundingBox()) ?? Promise.reject(new Error('there is no side bar'));
  const { width } = await bar();
  const wider = async (): Promise<boolean> => (await bar()).width > width + 190;
  // What is still being laid out may not be where it was a moment ago.
  await until('the side bar is wider', async () => {
    const { x, y } = await bar();
    await page.mouse.move(x + width + 2, y + 500);
    await page.mouse.down();
    await page.mouse.move(x + width + 212, y + 500, { steps: 4 });
    await page.mouse.up();
    return until('it follows', wider, 2000).catch(() => false);
  });
}

const serve = ['sh', '-c', 'echo ready; exec httpd -f -p 80 -h /'];
/** Now more, now less of everything. */
const work = `echo ready; while :; do for n in 2 5 3 8 12 6 4 9 1 1; do
  i=0; while [ $i -lt $((n * 25000)) ]; do i=$((i+1)); done
  wget -q -O /fetched http://db/bin/busybox; dd if=/dev/zero of=/data/written bs=64k count=$n oflag=direct 2> /dev/null; sleep 0.4; done; done`;

story('containers in every state, with all that is below one, and images, networks and volumes', async (editor) => {
  const { window, store } = editor;
  await store.succeed(['import', busyboxRootfs(), 'busybox:1.36']);
  await store.succeed(['tag', 'busybox:1.36', 'shop/web:2']);
  await store.succeed(['network', 'create', 'shop']);
  const run = (name: string, ...args: string[]): Promise<string> =>
    store.succeed(['run', '-d', '--name', name, ...args]);
  await run('db', '--network', 'shop', '-v', 'records:/data', 'busybox:1.36', ...serve);
  const web = ['--network', 'shop', '-v', 'records:/data', '-p', '127.0.0.1::80', '-m', '256m', 'shop/web:2'];
  await run('web', ...web, 'sh', '-c', work);
  await run('queue', 'busybox:1.36', ...serve);
  await store.succeed(['pause', 'queue']);
  await run(
    'checked',
    '--health-cmd',
    'false',
    '--health-interval',
    '100ms',
    '--health-retries',
    '1',
    '@host',
    'sleep',
    '1000',
  );
  await store.succeed(['create', '--name', 'later', '@host', 'true']);
  await store.skiff(['run', '--name', 'batch', 'busybox:1.36', 'sh', '-c', 'exit 3']);
  await window.openActivity('Skiff');
  await widenSideBar(editor);
  const tree = window.tree('Containers');
  // It is there in the pictures that follow, with curves that grow meanwhile.
  await tree.clickContext('web', 'Show Stats');
  await webview(window.page).getByRole('heading', { name: 'web' }).waitFor();
  await tree.waitForRow('batch', /Exited \(3\)/);
  await tree.waitForRow('checked', /unhealthy/);
  await tree.expand('web');
  await window.run('Notifications: Clear All Notifications');
  for (const view of ['Networks', 'Volumes']) await window.tree(view).expandPane();
  await window.tree('Volumes').waitForRow('records');
  await portray(editor, 'containers');
});

story('the form of a new container, and limits', async (editor) => {
  const { window } = editor;
  await window.run('Skiff: Run Container…');
  await window.quick.waitFor(/Choose an image/);
  await window.quick.pick('busybox:1.36');
  await window.quick.waitFor(/Enter runs it/);
  await portray(editor, 'run');
  await window.quick.cancel();
  await window.tree('Containers').clickContext('web', 'Limits…');
  await window.quick.waitFor(/Limits of web/);
  await portray(editor, 'limits');
  await window.quick.cancel();
});

story('curves of what a container uses', async (editor) => {
  const { window } = editor;
  await until('there is something to be seen', async () => (await curveWidth(window.page, 0)) > 60, 60_000);
  await portray(editor, 'stats');
});

story('a shell and a log', async (editor) => {
  const { window } = editor;
  const tree = window.tree('Containers');
  await tree.clickContext('web', 'Open Shell');
  await window.terminal.waitFor(/[#$] ?$/);
  await window.terminal.type('hostname; ls\n');
  await window.terminal.waitFor(/bin[^]*[#$] ?$/);
  await portray(editor, 'shell');
  await tree.clickContext('web', 'Show Logs');
  await window.page.locator('.part.panel .view-line', { hasText: 'ready' }).waitFor();
  await portray(editor, 'logs');
  await window.run('View: Toggle Panel Visibility');
  await window.run('View: Close All Editors');
});

story('documents: inspect, and what the doctor has found', async (editor) => {
  const { window } = editor;
  await window.tree('Containers').clickContext('web', 'Inspect');
  await until('the document is open', async () => /"Id": "[0-9a-f]{64}"/.test((await window.activeEditor()).text));
  await portray(editor, 'inspect');
  await window.run('View: Close All Editors');
  await window.run('Skiff: Examine This Machine (Doctor)');
  const report = webview(window.page).getByRole('heading', { name: 'Skiff Doctor' });
  await report.waitFor({ timeout: patience(60_000) });
  await until('it has its findings', async () => (await webview(window.page).locator('tr').count()) > 5);
  await portray(editor, 'doctor');
  await window.run('View: Close All Editors');
});

story('a problem, and the walkthrough', async (editor) => {
  const { window, store } = editor;
  await store.succeed([
    'run',
    '-d',
    '--name',
    'api',
    'busybox:1.36',
    'sh',
    '-c',
    'sleep 0.5; echo no database >&2; exit 1',
  ]);
  await window.messages.waitForNotification(/api ended with exit code 1/);
  await window.tree('Containers').waitForRow('api', /Exited \(1\)/);
  await portray(editor, 'problem');
  await window.run('Notifications: Clear All Notifications');
  await window.run('Welcome: Open Walkthrough...');
  await window.quick.pick('Get Started with Containers');
  await window.page.locator('.getting-started-step').first().waitFor();
  await portray(editor, 'walkthrough');
});
