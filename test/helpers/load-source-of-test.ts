import type { ArrivedFrame, LoadConnection, LoadSink, LoadSource, SourceFacts } from '../../client/load/load-source.js';
import type { StreamerError } from '../../shared/errors.js';

const FACTS: SourceFacts = { nominalFps: 30, latencySource: 'protocol', canTellLost: true };

/** A connection whose events the test makes. */
export class LoadConnectionOfTest implements LoadConnection {
  isOpen = true;

  constructor(
    readonly name: string,
    readonly sink: LoadSink,
  ) {}

  connect(facts: Partial<SourceFacts> = {}): void {
    this.sink.onFacts({ ...FACTS, ...facts });
  }

  /** A frame that came at `arrivalTimeUs`, so long after it was captured; null for one that does not say. */
  frame(arrivalTimeUs: number, latencyUs: number | null, errorUs = 0): void {
    const capture = latencyUs === null ? null : { timeUs: arrivalTimeUs - latencyUs, errorUs };
    const frame: ArrivedFrame = { arrivalTimeUs, lengthBytes: 1000, capture, stagesUs: null };
    this.sink.onFrame(frame);
  }

  /** The other end is gone. */
  end(error: StreamerError | null): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.sink.onClosed(error);
  }

  async close(): Promise<void> {
    this.end(null);
  }
}

/** A source whose connections the test plays. */
export class LoadSourceOfTest implements LoadSource {
  readonly connections: LoadConnectionOfTest[] = [];
  isClosed = false;

  open(name: string, sink: LoadSink): LoadConnection {
    const connection = new LoadConnectionOfTest(name, sink);
    this.connections.push(connection);
    return connection;
  }

  /** The newest connection of the session of that name, or of any. */
  latest(name?: string): LoadConnectionOfTest {
    const found = this.connections.findLast((connection) => name === undefined || connection.name === name);
    if (!found) throw new Error(`no connection ${name ?? ''} was opened`);
    return found;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}
