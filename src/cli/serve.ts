import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { CommandModule } from "yargs";
import type { Config } from "../config/index.js";
import { SqltuneError } from "../errors.js";
import { createEngine, type Engine, engineFromConfig } from "../infer/index.js";
import type { Model } from "../model/index.js";
import { createServer, type ServedModel } from "../server/index.js";
import { configFromFlags } from "./config-flags.js";
import { type CliIo, createPrinter, type Printer } from "./io.js";
import { modelFromFlags } from "./model-flags.js";
import { adapterName, apiKeys, namedAdapters, type ServeFlags, serveFlags, serverOptions } from "./serve-flags.js";
import { usageError } from "./usage-error.js";

export function serveVerb(io: CliIo): CommandModule<unknown, ServeFlags> {
  return {
    command: "serve",
    describe: "answer questions over HTTP",
    builder: (y) =>
      y
        .options(serveFlags)
        .example("$0 serve --db shop.sqlite", "serve the newest adapter, and a database to ask about")
        .example("$0 serve --adapter sales=outputs/sales/final_model --base --port 8080", "serve two models")
        .example("SQLTUNE_API_KEYS=$(openssl rand -hex 32) $0 serve --host 0.0.0.0", "serve a network") as never,
    handler: (flags) => serve(flags, io),
  };
}

async function serve(flags: ServeFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  // Everything a typing mistake can spoil is read before a model is loaded.
  const options = serverOptions(flags);
  const adapters = namedAdapters(flags.adapter ?? []);
  const keys = apiKeys(flags, process.env.SQLTUNE_API_KEYS);
  if (flags.allowTraining && keys.length === 0 && !/^(?:localhost$|127\.|::1$)/.test(flags.host)) {
    throw usageError(
      `--allow-training on ${flags.host} without an API key would let anyone there start and stop processes. Set SQLTUNE_API_KEYS.`,
    );
  }
  const config = await configFromFlags(flags, [], print);
  const models: ServedModel[] = [];
  try {
    for (const { name, path } of adapters) models.push(await load(name, { adapter: path }, flags, config, print, io));
    if (flags.base) models.push(await load(config.model.name, { base: true }, flags, config, print, io));
    if (models.length === 0) models.push(await load(null, {}, flags, config, print, io));
    const app = await createServer({
      ...options,
      ...{ models, apiKeys: keys, log: io.stderr },
      batchSize: config.inference.batch_size,
      maxTokens: flags.maxTokens ?? config.inference.max_new_tokens,
    });
    try {
      await app.listen({ host: flags.host, port: flags.port }).catch((error: NodeJS.ErrnoException) => {
        throw listenError(error, flags);
      });
      announce(
        app.server.address() as AddressInfo,
        { models, keys, databases: Object.keys(options.databases ?? {}) },
        print,
      );
      if (!io.signal.aborted) await once(io.signal, "abort");
      print.note("stopping: what was accepted is answered first.");
    } finally {
      await app.close();
    }
  } finally {
    for (const { engine } of models) {
      engine.dispose();
      engine.model.dispose();
    }
  }
}

/** @param name null: that of the adapter which was chosen */
async function load(
  name: string | null,
  which: { adapter?: string; base?: boolean },
  { config: file, set, prefixCacheMb }: ServeFlags,
  config: Config,
  print: Printer,
  io: CliIo,
): Promise<ServedModel> {
  const model: Model = await modelFromFlags({ ...which, config: file, set }, config, print, io);
  try {
    const answering = engineFromConfig(config.inference);
    const cache = prefixCacheMb === undefined ? {} : { prefixCacheBytes: prefixCacheMb * 2 ** 20 };
    const engine: Engine = await createEngine({ ...answering, ...cache, model, seed: config.project.seed });
    for (const warning of engine.warnings) print.note(`warning: ${warning}`);
    return { name: name ?? adapterName(model.adapter!.name), engine, answering };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function listenError(error: NodeJS.ErrnoException, { host, port }: ServeFlags): Error {
  if (error.code === "EADDRINUSE") {
    return new SqltuneError(`port ${port} of ${host} is taken. End what listens there, or choose another with --port.`);
  }
  if (error.code === "EACCES") {
    return new SqltuneError(`port ${port} may not be opened by this user. Choose one above 1023 with --port.`);
  }
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new SqltuneError(
      `${host} is no address of this machine. --host 127.0.0.1 serves this machine alone, 0.0.0.0 the network.`,
    );
  }
  return error;
}

function announce(
  { address, port, family }: AddressInfo,
  served: { models: readonly ServedModel[]; keys: readonly string[]; databases: readonly string[] },
  print: Printer,
): void {
  const url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  const models = served.models.map(({ name }) => name);
  const local = /^(?:127\.|::1$)/.test(address);
  if (!local && served.keys.length === 0) {
    print.note(
      `warning: ${address} can be reached from the network and there is no API key: anyone there may ask, query and upload. Set SQLTUNE_API_KEYS.`,
    );
  }
  print.text(
    `Serving ${models.join(", ")} at ${url}\nDatabases: ${served.databases.join(", ") || "none"}\nAPI: ${url}/docs   Ctrl-C stops.`,
  );
  print.record({ event: "listening", url, host: address, port, models, databases: served.databases });
}
