import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { HostNamespace } from '../support/host-namespace.ts';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';
import { server } from '../support/traffic.ts';
import { until } from '../support/wait.ts';

/** As these programs make them, as far as it matters to what is forwarded. */
const firewalls = {
  Docker: `table ip filter {
    chain DOCKER-USER { counter return; }
    chain DOCKER { iifname != "docker0" oifname "docker0" counter drop; }
    chain FORWARD {
      type filter hook forward priority filter; policy drop;
      counter jump DOCKER-USER
      oifname "docker0" ct state related,established counter accept
      oifname "docker0" counter jump DOCKER
      iifname "docker0" oifname != "docker0" counter accept
    }
  }`,
  ufw: `table ip filter {
    chain ufw-user-forward { }
    chain ufw-before-forward {
      ct state related,established counter accept
      meta l4proto icmp icmp type destination-unreachable counter accept
      counter jump ufw-user-forward
    }
    chain FORWARD {
      type filter hook forward priority filter; policy drop;
      counter jump ufw-before-forward
    }
  }`,
  firewalld: `table inet firewalld {
    chain filter_FWD_public { icmp type echo-request counter drop; }
    chain filter_FORWARD {
      type filter hook forward priority filter + 10; policy accept;
      ct state established,related accept
      ct status dnat accept
      iifname "lo" accept
      iifname "eth0" goto filter_FWD_public
      reject with icmpx admin-prohibited
    }
  }`,
  'one of a person': `table inet mine {
    chain forward { type filter hook forward priority 5; policy drop; }
  }`,
};

/** What is said to let our traffic through; for firewalld, which is not here, what it makes of it. */
const remedies: Record<keyof typeof firewalls, RegExp> = {
  Docker: /: (iptables -I FORWARD -i sk\w+\+ -j ACCEPT && iptables -I FORWARD -o sk\w+\+ -j ACCEPT)$/m,
  ufw: /: (iptables -I FORWARD -i sk\w+\+ -j ACCEPT && iptables -I FORWARD -o sk\w+\+ -j ACCEPT)$/m,
  firewalld: /: firewall-cmd --permanent --zone=trusted --add-interface=sk\w+\+ && firewall-cmd --reload$/m,
  'one of a person':
    /: (nft insert rule inet mine forward iifname '"sk\w+\*"' accept && nft insert rule inet mine forward oifname '"sk\w+\*"' accept)$/m,
};

/** Whether this kernel still has ip_tables, and this machine its program. */
function hasLegacy(): boolean {
  return spawnSync('unshare', ['--net', 'iptables-legacy', '-S', 'FORWARD']).status === 0;
}

describe('a host whose firewall drops what is forwarded', () => {
  for (const [name, rules] of Object.entries(firewalls) as [keyof typeof firewalls, string][]) {
    it(`and is ${name}: it is named, ports are reached all the same, and what is advised lets all through`, async () => {
      const host = new HostNamespace('firewall');
      const store = new TestStore({ through: host.through });
      try {
        host.run(['nft', '-f', '-'], rules);
        await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
        await isNamedAndLetsThrough(host, store, remedies[name]);
      } finally {
        await store.dispose();
        host.dispose();
      }
    });
  }

  it('and is iptables-legacy: the same', { skip: !hasLegacy() && 'no iptables-legacy here' }, async () => {
    const host = new HostNamespace('legacy');
    const store = new TestStore({ through: host.through });
    try {
      host.run(['iptables-legacy', '-P', 'FORWARD', 'DROP']);
      await store.succeed(['import', busyboxRootfs(), 'busybox:1']);
      await isNamedAndLetsThrough(
        host,
        store,
        /: (iptables-legacy -I FORWARD -i sk\w+\+ -j ACCEPT && iptables-legacy -I FORWARD -o sk\w+\+ -j ACCEPT)$/m,
      );
    } finally {
      await store.dispose();
      host.dispose();
    }
  });
});

async function isNamedAndLetsThrough(host: HostNamespace, store: TestStore, remedy: RegExp): Promise<void> {
  const pings = ['run', '--rm', 'busybox:1', 'ping', '-c', '1', '-W', '2', host.neighbour];
  const { code, stderr } = await store.skiff(pings);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /a firewall of this machine \((nftables: table \w+ \w+|iptables-legacy:),? chain \w+\) drops what containers send/,
  );
  assert.match(stderr, remedy);
  assert.match((await store.skiff(['doctor'])).stdout, /drops what containers send to other networks/);
  const web = ['-p', '8080:80', 'busybox:1', ...server('web')];
  await store.succeed(['run', '-d', '--name', 'web', ...web]);
  await until('the neighbour is answered', () => host.askFromOutside(8080) === 'web\n');
  const [, advice] = remedy.exec(stderr) ?? [];
  const asFirewalld = `nft insert rule inet firewalld filter_FORWARD iifname '"sk${store.id}*"' accept`;
  host.run(['sh', '-c', advice ?? asFirewalld]);
  await until('nothing is said any more', async () => {
    const second = await store.skiff(pings);
    return second.code === 0 && second.stderr === '';
  });
  await store.succeed(['restart', '-t', '0', 'web']);
  await until('the neighbour is answered', () => host.askFromOutside(8080) === 'web\n');
}
