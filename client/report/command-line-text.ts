import { isSecretName, redactText } from '../../shared/redact.js';

const MASK = '***';
/** Values of these are shown by nobody: any header of a camera may be its token. */
const HEADER_FLAG = /^(?:--(?:[a-z]+-)?headers?|-H)$/;

/** The arguments of a command as a report may show them: no tokens, no passwords in addresses, no values of headers. */
export function redactedCommandLine(args: readonly string[]): string[] {
  return args.map((arg, i) => redactedArgument(arg, args[i - 1] ?? ''));
}

function redactedArgument(arg: string, before: string): string {
  if (isSecretFlag(before)) return MASK;
  if (HEADER_FLAG.test(before)) return withoutHeaderValue(arg);
  const [, flag = '', value = ''] = /^(--?[^=]+)=(.*)$/s.exec(arg) ?? [];
  if (HEADER_FLAG.test(flag)) return `${flag}=${withoutHeaderValue(value)}`;
  if (isSecretFlag(flag)) return `${flag}=${MASK}`;
  const [, name = ''] = /^([^=:/?]+)=/.exec(arg) ?? [];
  // A label before an address is no secret's name, and what follows is hidden as an address.
  return isSecretName(name) && !arg.includes('://') ? `${name}=${MASK}` : redactText(arg);
}

function isSecretFlag(flag: string): boolean {
  return /^--[a-z]/.test(flag) && !flag.includes('=') && isSecretName(flag.slice(2));
}

function withoutHeaderValue(header: string): string {
  const end = header.search(/[:=]/);
  return end < 0 ? MASK : `${header.slice(0, end)}: ${MASK}`;
}
