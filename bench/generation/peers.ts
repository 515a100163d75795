import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SqltuneError } from "../../src/errors.js";
import { root } from "../options.js";
import { installPeers } from "../peers.js";
import { run } from "../run-child.js";

/** Folder that node-llama-cpp is installed in, apart from the project's own packages. */
export const LLAMA_PEERS = join(root, ".cache/peers");
const NODE_LLAMA_CPP = "node-llama-cpp@3.22.1";

/** TRL's environment, which has transformers, and node-llama-cpp with its prebuilt llama.cpp: nothing is compiled. */
export async function installGenerationPeers(python: string | null): Promise<string> {
  const installed = await installPeers(python);
  mkdirSync(LLAMA_PEERS, { recursive: true });
  const manifest = join(LLAMA_PEERS, "package.json");
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');
  const words = ["install", "--prefix", LLAMA_PEERS, "--ignore-scripts", "--no-audit", "--no-fund", NODE_LLAMA_CPP];
  await run(process.platform === "win32" ? "npm.cmd" : "npm", words);
  return `${installed}, ${join(LLAMA_PEERS, "node_modules/node-llama-cpp")}`;
}

export function requireNodeLlamaCpp(): string {
  if (existsSync(join(LLAMA_PEERS, "node_modules/node-llama-cpp"))) return LLAMA_PEERS;
  throw new SqltuneError(
    `node-llama-cpp is not installed: there is none in ${LLAMA_PEERS}. Either install it with ` +
      "`npm run bench:generate -- --install-peers`, or leave it out with --peers transformers.",
  );
}

export function requireGguf(given: string | null, folder: string): string {
  const file = given ?? join(folder, "model.gguf");
  if (existsSync(file)) return file;
  throw new SqltuneError(
    `There are no weights for llama.cpp: ${file} does not exist. Name a GGUF file of the same model with --gguf, or ` +
      "leave llama.cpp out with --peers transformers.",
  );
}
