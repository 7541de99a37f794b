// `npm test`: installs what is missing, builds, and runs every test. `npm test -- unit test/e2e/run.test.ts` runs only these.
// Its last line counts: `N passed, N failed`.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { elevation } from './debian.mjs';
import { cache, fail, root } from './node24.mjs';
import { packageExtension } from './package.mjs';
import { begin, setup } from './setup.mjs';
import { endTestFiles, runTestFiles } from './test-files.mjs';
import { checks } from './check.mjs';

await begin();

/** Folder below test/ → seconds for one file, how many at once on two cores, and whether it makes containers. SKIFF_TEST_SLOWNESS multiplies the seconds. */
const suites = {
  tidy: { limit: 120, concurrency: 2 },
  unit: { limit: 120, concurrency: 2 },
  native: { limit: 300, concurrency: 2, privileged: true },
  integration: { limit: 300, concurrency: 2, privileged: true },
  e2e: { limit: 300, concurrency: 2, privileged: true },
  // A window, its extension host and the browser fill two cores alone.
  extension: { limit: 600, concurrency: 1, privileged: true },
};

// Limits of waits (test/support/wait.ts): nobody watches, and what else the machine does is not known. A test that passes waits no longer.
if (process.env.CI) process.env.SKIFF_TEST_SLOWNESS ??= '3';
const slowness = Number(process.env.SKIFF_TEST_SLOWNESS ?? 1);

const totals = { passed: 0, failed: 0, skipped: 0, failures: [], skips: [] };
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    endTestFiles();
    process.exit(130);
  });
}

try {
  const wanted = process.argv.slice(2);
  const chosen = chooseFiles(wanted);
  const needsEditor = chosen.some(({ suite }) => suite === 'extension');
  // The desktop VS Code is its own browser.
  const needsServer = needsEditor && process.env.SKIFF_TEST_DESKTOP === undefined;
  await timed('setup', () => setup({ editor: needsServer, browser: needsServer, test: true }));
  await timed('build', () => buildAll());
  const env =
    needsEditor || wanted.length === 0 ? { SKIFF_TEST_VSIX: await timed('package', () => packageExtension()) } : {};
  rmSync(join(cache, 'screenshots'), { recursive: true, force: true });
  if (wanted.length === 0) runChecks();
  await runSuites(chosen, env);
} catch (error) {
  fail(error);
}
summarize();

/** The files to run, with their suite; all of them when none is named. A name is a suite's or a file's. */
function chooseFiles(wanted) {
  const all = Object.keys(suites).flatMap((suite) => {
    const folder = join(root, 'test', suite);
    const names = existsSync(folder)
      ? readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.test.ts'))
      : [];
    return names.sort().map((name) => ({ suite, file: join('test', suite, name) }));
  });
  if (wanted.length === 0) return all;
  const strangers = wanted.filter(
    (name) => !all.some(({ suite, file }) => suite === name || file === name.replace(/^\.\//, '')),
  );
  if (strangers.length > 0)
    throw new Error(
      `no test of the name ${strangers.join(', ')}: name a suite (${Object.keys(suites).join(', ')}) or a file`,
    );
  return all.filter(({ suite, file }) => wanted.some((name) => suite === name || file === name.replace(/^\.\//, '')));
}

/** Each of `npm run check`'s tools counts as a test. */
function runChecks() {
  for (const { name, ok } of checks()) {
    totals[ok ? 'passed' : 'failed'] += 1;
    if (!ok) totals.failures.push(`npm run check: ${name}`);
  }
}

async function runSuites(chosen, env) {
  const { kernelObjects, leaked } = await import('../test/support/kernel-objects.ts');
  const before = kernelObjects();
  let engineRan = false;
  for (const [suite, { limit, concurrency, privileged = false }] of Object.entries(suites)) {
    const files = chosen.filter((one) => one.suite === suite).map(({ file }) => file);
    if (files.length === 0) continue;
    const prefix = privileged ? privilegedPrefix() : [];
    if (prefix === undefined) {
      totals.skipped += files.length;
      totals.skips.push(`${suite}: ${files.length} files (they need root, or sudo without a password)`);
      continue;
    }
    engineRan ||= privileged;
    addTotals(await runTestFiles(files, { limit: limit * slowness, concurrency, prefix, env }));
  }
  if (engineRan) await checkLeaks(() => leaked(before, kernelObjects()));
}

/** How to run a suite as root; undefined when that is not to be had. */
function privilegedPrefix() {
  try {
    const sudo = elevation('the tests of the engine');
    return sudo.length === 0
      ? []
      : [
          ...sudo,
          'env',
          ...Object.entries(process.env)
            .filter(([name]) => /^(PATH|CI|(WAYLAND_)?DISPLAY|XAUTHORITY|SKIFF_\w+)$/.test(name))
            .map(([name, value]) => `${name}=${value}`),
        ];
  } catch {
    return undefined;
  }
}

/** Nothing of ours may be left in the kernel when all tests have ended. What is just going gets a moment. */
async function checkLeaks(left) {
  for (let tries = 0; tries < 300 * slowness && left().length > 0; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const leaks = left();
  console.log(`${leaks.length === 0 ? 'ok  ' : 'FAIL'} no mount, interface, cgroup, nft table or process is left`);
  for (const leak of leaks) console.log(`     ${leak}`);
  totals[leaks.length === 0 ? 'passed' : 'failed'] += 1;
  if (leaks.length > 0) totals.failures.push(`leaks: ${leaks.length}`);
}

function addTotals(more) {
  for (const [name, value] of Object.entries(more))
    totals[name] = Array.isArray(value) ? [...totals[name], ...value] : totals[name] + value;
}

async function timed(what, work) {
  const started = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

function summarize() {
  const list = (title, lines) =>
    lines.length > 0 && console.log(`\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}`);
  list('skipped:', totals.skips);
  list('failed:', totals.failures);
  console.log(`\n${totals.skipped} skipped, ${Math.round(performance.now() / 1000)} s, Node ${process.versions.node}`);
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  // Something that a test left open must not keep us.
  process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
}
