import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { type Config, loadConfig } from "../config/index.js";
import { SqltuneError } from "../errors.js";
import { packageRoot } from "../native/package-root.js";
import { startDetached } from "../runs/index.js";
import { HttpError } from "./http-error.js";
import { checkClientPaths } from "./runs-client-paths.js";
import type { RunsFolder } from "./runs-folder.js";
import type { RunsOptions } from "./runs-routes.js";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

export const startRequest = z.strictObject({
  config: z.string().optional().describe("A name of /v1/configs; this or yaml."),
  yaml: z.string().max(65_536).optional().describe("A whole config."),
  set: z.array(z.string().max(2000)).max(100).default([]).describe("section.key=value, as train --set takes them."),
  name: z
    .string()
    .regex(NAME)
    .optional()
    .describe("Name of the run's folder; default the project's name and the time."),
});
export type StartRequest = z.output<typeof startRequest>;

export interface NamedConfig {
  name: string;
  text: string;
}

/** Starts runs in one folder, from the server's configs or from one that a client sends. */
export class RunStarter {
  private readonly folders: readonly string[];
  private starting: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly runs: RunsFolder,
    private readonly options: RunsOptions,
  ) {
    this.folders = options.configs ?? [resolve("configs"), join(packageRoot, "configs")];
  }

  async configs(): Promise<NamedConfig[]> {
    const files = [...(await this.configFiles())];
    return Promise.all(files.map(async ([name, file]) => ({ name, text: await readFile(file, "utf8") })));
  }

  /** One after the other, so that two requests at once do not both find the machine free. @throws HttpError 400, 409 */
  start(request: StartRequest): Promise<{ id: string; pid: number }> {
    const begin = () => this.begin(request);
    const started = this.starting.then(begin, begin);
    this.starting = started.catch(() => undefined);
    return started;
  }

  private async begin(request: StartRequest): Promise<{ id: string; pid: number }> {
    const busy = (await this.runs.list()).find(({ state }) => state === "running" || state === "stalled");
    if (busy) {
      throw new HttpError(409, `${busy.id} is in training. Stop it first, or wait for it.`, {
        code: "training_already",
      });
    }
    const scratch = await mkdtemp(join(tmpdir(), "sqltune-config-"));
    try {
      const { file, config } = await this.readConfig(request, scratch);
      const id = request.name ?? nameFor(config.project.name);
      const folder = resolve(this.runs.root, id);
      const taken = new HttpError(409, `There is a run ${id} already. Give it another name.`, {
        ...{ code: "name_taken", param: "name" },
      });
      await mkdir(this.runs.root, { recursive: true });
      await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
        throw error.code === "EEXIST" ? taken : error;
      });
      return { id, pid: await this.launch(folder, file, request) };
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  private async launch(folder: string, file: string, { yaml, set }: StartRequest): Promise<number> {
    // What a client sent is kept with the run that it made.
    const kept = join(folder, "config.yaml");
    if (yaml !== undefined) await writeFile(kept, yaml, { flag: "wx" });
    const settings = [...set, `project.output_dir=${JSON.stringify(folder)}`];
    const words = ["--config", yaml === undefined ? file : kept, ...settings.flatMap((entry) => ["--set", entry])];
    try {
      return (await startDetached({ words, outputDir: folder })).pid;
    } catch (error) {
      // A run that got as far as its status says why it failed, and stays; of any other nothing is left.
      const began = existsSync(join(folder, "status.json"));
      if (!began) await rm(folder, { recursive: true, force: true });
      if (!(error instanceof SqltuneError)) throw error;
      const message = withoutPath(error.message, file).replaceAll(folder, "the run's folder");
      throw new HttpError(409, message, { code: "start_failed" });
    }
  }

  /** @throws HttpError 400 that tells every problem of the config */
  private async readConfig(request: StartRequest, scratch: string): Promise<{ file: string; config: Config }> {
    const { config: name, yaml, set } = request;
    if ((name === undefined) === (yaml === undefined)) {
      throw new HttpError(400, "Give a config by its name, or one as yaml: one of them.", { param: "config" });
    }
    const own = name === undefined ? undefined : (await this.configFiles()).get(name);
    if (name !== undefined && own === undefined) {
      throw new HttpError(404, `There is no config ${JSON.stringify(name)}. GET /v1/configs lists them.`, {
        param: "config",
      });
    }
    const file = own ?? join(scratch, "config.yaml");
    if (yaml !== undefined) await writeFile(file, yaml);
    try {
      const config = await loadConfig(file, { set });
      const trusted = own === undefined ? null : await loadConfig(file);
      await checkClientPaths(config, trusted, [process.cwd(), this.runs.root, this.options.dataFolder]);
      return { file, config };
    } catch (error) {
      if (!(error instanceof SqltuneError)) throw error;
      throw new HttpError(400, withoutPath(error.message, file), {
        ...{ code: "invalid_config", param: yaml === undefined ? "set" : "yaml" },
      });
    }
  }

  /** Path by name; of two of one name the first folder's. */
  private async configFiles(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const folder of this.folders) {
      const names = (await readdir(folder).catch(() => [])).filter((name) => /\.ya?ml$/i.test(name)).sort();
      for (const name of names) if (!found.has(name)) found.set(name, join(folder, name));
    }
    return found;
  }
}

function withoutPath(message: string, file: string): string {
  return message.replaceAll(file, "The config");
}

/** "spider-2026-11-22-2349-07": sorts by time, and no two of one second are started. */
function nameFor(project: string): string {
  const word =
    project
      .replace(/[^A-Za-z0-9_.-]+/g, "-")
      .replace(/^[^A-Za-z0-9]+/, "")
      .slice(0, 40) || "run";
  const [date, time] = new Date().toISOString().slice(0, 19).split("T") as [string, string];
  const [hour, minute, second] = time.split(":");
  return `${word}-${date}-${hour}${minute}-${second}`;
}
