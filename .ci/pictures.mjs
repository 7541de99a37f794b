// `npm run pictures`: takes the README's pictures anew. All that are taken, in each theme, are then in `.cache/screenshots`.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, must, node24, root } from './node24.mjs';
import { begin } from './setup.mjs';

/** Name in `media` → the one that test/extension/pictures.test.ts takes. */
const pictures = { 'screenshot.png': 'light-shell.png', 'run.png': 'light-run.png', 'stats.png': 'dark-stats.png' };

await begin();
must(node24, [join(root, '.ci/test.mjs'), 'test/extension/pictures.test.ts']);
for (const [name, taken] of Object.entries(pictures))
  copyFileSync(join(cache, 'screenshots', taken), join(root, 'media', name));
