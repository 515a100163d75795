import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { SqltuneError } from "../../src/errors.js";

/** A server under test, in a process of its own. */
export class ServerProcess {
  private said = "";

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.said = (this.said + text).slice(-4000);
      });
    }
    const stop = () => child.kill("SIGKILL");
    process.once("exit", stop);
    child.once("exit", () => process.removeListener("exit", stop));
  }

  /** Starts it and waits until its port answers. `words` get the port. */
  static async start(file: string, words: (port: number) => string[], environment = {}): Promise<ServerProcess> {
    const port = await freePort();
    const offline = { HF_HUB_OFFLINE: "1", PYTHONDONTWRITEBYTECODE: "1", TOKENIZERS_PARALLELISM: "false" };
    const env = { ...process.env, ...offline, ...environment };
    const child = spawn(file, words(port), { env, stdio: ["ignore", "pipe", "pipe"] });
    const failed = new Promise<never>((_, reject) => child.once("error", reject));
    const server = new ServerProcess(child, port);
    await Promise.race([server.untilListening(), failed]);
    return server;
  }

  /** Resident memory of the process in bytes; null where the system does not tell, or it is gone. */
  residentBytes(): number | null {
    const path = `/proc/${this.child.pid}/status`;
    if (!existsSync(path)) return null;
    const found = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(path, "utf8"));
    return found && Number(found[1]) * 1024;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const late = new AbortController();
    await Promise.race([gone, setTimeout(10_000, null, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill("SIGKILL");
      await gone;
    }
  }

  private async untilListening(): Promise<void> {
    for (;;) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new SqltuneError(`${this.child.spawnargs.join(" ")} ended before it listened:\n${this.said.trim()}`);
      }
      // Any answer is one.
      const answered = await fetch(`http://127.0.0.1:${this.port}/health`).then(
        () => true,
        () => false,
      );
      if (answered) return;
      await setTimeout(200);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
