import { commands } from 'vscode';
import type { Transport } from '../../runtime-helper/client/client.ts';
import type { Containers } from '../model/containers.ts';
import type { FirstSteps } from '../model/first-steps.ts';
import type { Subscription } from '../model/listeners.ts';

/** Ticks the walkthrough's steps by what has happened, not by which command was begun: VS Code looks at these context keys, and remembers. */
export function tickWalkthrough(steps: FirstSteps, containers: Containers): Subscription[] {
  return [
    steps.onMade((step) => void commands.executeCommand('setContext', `skiff.made.${step}`, true)),
    containers.onChanged(() => steps.look(containers.all)),
  ];
}

/** The same transport, whose successes are steps. */
export function watched(transport: Transport, steps: FirstSteps): Transport {
  return {
    sendRequest: async (method, params, ...token) => {
      const result = await transport.sendRequest(method, params, ...token);
      steps.succeeded(method, params);
      return result;
    },
    onNotification: (method, handler) => transport.onNotification(method, handler),
  };
}
