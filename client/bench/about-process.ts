import { machineFacts } from '../../shared/machine-facts.js';

/** What this process is, for the report: `Node.js v20.20.2 on linux 6.1.0 x64`. */
export function aboutThisProcess(): string {
  const { node, system } = machineFacts();
  return `Node.js ${node} on ${system}`;
}
