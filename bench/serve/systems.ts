import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { requireGguf, requireNodeLlamaCpp } from "../generation/peers.js";
import { requirePython } from "../peers.js";
import type { ServeOptions, SystemName } from "./options.js";
import type { LoadRequest } from "./requests.js";
import { ServerProcess } from "./server-process.js";

/** A server that can be measured: how it is started, and how one question is asked. */
export interface System {
  name: SystemName;
  start: () => Promise<ServerProcess>;
  path: string;
  body: (request: LoadRequest) => object;
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const DTYPES = { fp32: "float32", bf16: "bfloat16" } as const;

/** @param model folder of the model; @param scratch folder for the files of jobs */
export function systemNamed(name: SystemName, options: ServeOptions, model: string, scratch: string): System {
  if (name === "sqltune") return sqltune(options, model, scratch);
  if (name === "llama.cpp") return llama(options, model, scratch);
  return transformers(name, options, model, scratch);
}

function node(script: string, job: object, scratch: string): Promise<ServerProcess> {
  const file = join(scratch, `${script.replace(/\W/g, "-")}.json`);
  writeFileSync(file, JSON.stringify(job));
  // jiti's command and not its loader: under that, Node 20 cannot load packages of the server that mix module systems.
  const jiti = fileURLToPath(new URL("lib/jiti-cli.mjs", import.meta.resolve("jiti/package.json")));
  const words = [jiti, here(script), file];
  return ServerProcess.start(process.execPath, (port) => [...words, String(port)]);
}

function sqltune(options: ServeOptions, model: string, scratch: string): System {
  const { schemaFormat, ignoreEos, threads, newTokens } = options;
  const job = { model, dtype: DTYPES[options.dtype], schemaFormat, ignoreEos, threads, newTokens };
  return {
    name: "sqltune",
    start: () => node("sqltune-server.ts", job, scratch),
    path: "/v1/chat/completions",
    body: ({ question, ddl }) => ({
      messages: [
        { role: "system", content: ddl },
        { role: "user", content: question },
      ],
      ...{ max_tokens: newTokens, temperature: 0 },
      ...(options.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    }),
  };
}

function llama(options: ServeOptions, model: string, scratch: string): System {
  const { llamaSequences: sequences, threads, newTokens, ignoreEos } = options;
  const job = { peers: requireNodeLlamaCpp(), gguf: requireGguf(options.gguf, model), sequences, threads, ignoreEos };
  return {
    name: "llama.cpp",
    start: () => node("../peers/serve-llama.ts", job, scratch),
    path: "/v1/completions",
    body: ({ prompt }) => ({ prompt, max_tokens: newTokens }),
  };
}

function transformers(name: SystemName, options: ServeOptions, model: string, scratch: string): System {
  const python = requirePython(options.python);
  const folder = options.ignoreEos ? endlessModel(model, join(scratch, "endless")) : model;
  const dtype = ["--device", "cpu", "--dtype", DTYPES[options.dtype]];
  // Its cache is 60 % of the memory otherwise, on a machine that has no other memory for the weights.
  const batching = name === "transformers-cb" ? ["--continuous-batching", "--cb-max-memory-percent", "0.1"] : [];
  const threads = options.threads === null ? {} : { OMP_NUM_THREADS: String(options.threads) };
  return {
    name,
    start: () =>
      ServerProcess.start(
        join(dirname(python), "transformers"),
        (port) => ["serve", folder, "--host", "127.0.0.1", "--port", String(port), ...dtype, ...batching],
        threads,
      ),
    path: "/v1/completions",
    body: ({ prompt }) => ({ model: folder, prompt, max_tokens: options.newTokens, temperature: 0 }),
  };
}

/** The model without an end token: the only way to tell `transformers serve` that answers go on to their limit. */
function endlessModel(model: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(model)) {
    if (file.endsWith(".gguf") || readdirSync(folder).includes(file)) continue;
    const [from, to] = [join(model, file), join(folder, file)];
    if (file !== "config.json" && file !== "generation_config.json") {
      if (file.endsWith(".safetensors")) symlinkSync(from, to);
      else copyFileSync(from, to);
      continue;
    }
    const { eos_token_id: _, ...rest } = JSON.parse(readFileSync(from, "utf8"));
    writeFileSync(to, JSON.stringify(rest));
  }
  return folder;
}
