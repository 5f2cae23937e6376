import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
const START_LIMIT_MS = 20_000;

/** One series of an answer. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Time in seconds and the number as text. */
  readonly value: readonly [number, string];
}

/** One rule of the answer of `/api/v1/rules`. */
export interface RuleState {
  readonly name: string;
  readonly health: string;
  readonly state: string;
}

/** What is scraped. */
export interface ScrapeTarget {
  readonly port: number;
  readonly token: string;
}

/** A real Prometheus with the configuration of deploy/, but for the target, and scraping five times a second. */
export class PrometheusServer {
  private readonly closed: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly port: number,
  ) {
    this.closed = once(child, 'close');
  }

  /** @throws {Error} with what it wrote when it does not come to listen. */
  static async start(target: ScrapeTarget): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    try {
      const config = await writeConfig(folder, target);
      const data = `--storage.tsdb.path=${join(folder, 'data')}`;
      const args = [`--config.file=${config}`, data, '--web.listen-address=127.0.0.1:0'];
      const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] });
      return new PrometheusServer(child, folder, await portOf(child));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The configuration that it runs with. */
  get configPath(): string {
    return join(this.folder, 'prometheus.yml');
  }

  /** What a query gives now. Throws with its words when it refuses the query. */
  async query(expression: string): Promise<readonly Series[]> {
    const { result } = await this.get<{ result: Series[] }>('query', { query: expression });
    return result;
  }

  /** Values of a label among the series that match. */
  labelValues(label: string, match: string): Promise<readonly string[]> {
    return this.get(`label/${label}/values`, { 'match[]': match });
  }

  /** How all rules are doing. */
  async rules(): Promise<readonly RuleState[]> {
    const { groups } = await this.get<{ groups: { rules: RuleState[] }[] }>('rules', {});
    return groups.flatMap(({ rules }) => rules);
  }

  /** Ends it and removes its files. */
  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.closed;
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  private async get<T>(path: string, parameters: Record<string, string>): Promise<T> {
    const url = `http://127.0.0.1:${this.port}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`;
    const answer = (await (await fetch(url)).json()) as { status: string; error?: string; data: T };
    if (answer.status !== 'success') throw new Error(`${answer.error}: ${JSON.stringify(parameters)}`);
    return answer.data;
  }
}

async function writeConfig(folder: string, { port, token }: ScrapeTarget): Promise<string> {
  const tokenPath = join(folder, 'token');
  const configPath = join(folder, 'prometheus.yml');
  await writeFile(tokenPath, token, { mode: 0o600 });
  await copyFile(join(DEPLOY, 'alerts.yml'), join(folder, 'alerts.yml'));
  const config = await readFile(join(DEPLOY, 'prometheus.yml'), 'utf8');
  const adapted = config
    .replaceAll('10s', '200ms')
    .replace('/run/secrets/streamer_token', tokenPath)
    .replace('server:8080', `127.0.0.1:${port}`);
  await writeFile(configPath, adapted);
  return configPath;
}

/** Port 0 is a free one, which stands in the log. */
async function portOf(child: ChildProcess): Promise<number> {
  let log = '';
  const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
  try {
    for await (const line of createInterface({ input: child.stderr! })) {
      log += `${line}\n`;
      const port = /msg="Listening on" address=\S+:(\d+)/.exec(line)?.[1];
      if (port !== undefined) return Number(port);
    }
    throw new Error(`Prometheus does not listen; it wrote: ${log}`);
  } finally {
    clearTimeout(limit);
    // A pipe that nobody reads would hold it up in the end.
    child.stderr?.resume();
  }
}
