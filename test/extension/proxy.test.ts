import { after } from 'node:test';
import { useEditor } from '../support/editor.ts';
import { forwardingProxy } from '../support/forwarding-proxy.ts';
import { busyboxRootfs } from '../support/images.ts';
import { TestRegistry } from '../support/registry.ts';

// Before VS Code: its settings name them.
const registry = await TestRegistry.start({ tls: true });
const proxy = await forwardingProxy(registry.host);
after(async () => {
  proxy.close();
  await registry.dispose();
});

const { story } = useEditor({
  settings: { 'http.proxy': `http://${proxy.host}`, 'http.proxyStrictSSL': false },
});

story("a pull goes through VS Code's proxy, whose certificate need not be good", async ({ window, store }) => {
  // Loopback is reached without a proxy, and without a good certificate.
  const here = `${registry.host}/team/box:1`;
  await store.succeed(['import', busyboxRootfs(), here]);
  await store.succeed(['push', here]);
  await store.succeed(['rmi', here]);
  const there = here.replace('127.0.0.1', 'registry.test');
  await window.openActivity('Skiff');
  await window.run('Skiff: Pull Image…');
  await window.quick.enter(there);
  await window.tree('Images').waitForRow(there.replace(/:1$/, ''));
});
