import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { HUB_URL } from "@huggingface/hub";
import { SqltuneError } from "../errors.js";

/** Where the Hub is and how this user reaches it, from the variables that Python's huggingface_hub reads too. */
export interface HubEnvironment {
  /** Without a slash at its end. */
  endpoint: string;
  token: string | undefined;
  /** True: the network is not touched. */
  offline: boolean;
  /** The cache shared with Python: `models--ORG--NAME/{blobs,refs,snapshots}` are in it. */
  cacheDir: string;
}

/**
 * Reads HF_ENDPOINT; HF_TOKEN, HUGGING_FACE_HUB_TOKEN or the file that `hf auth login` writes; HF_HUB_OFFLINE;
 * HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME. At call time, so that a program can set them.
 *
 * @throws SqltuneError for a token that is no Hub token, an endpoint that is no URL
 */
export async function readHubEnvironment(env: NodeJS.ProcessEnv = process.env): Promise<HubEnvironment> {
  const home = expandHome(env.HF_HOME || join(env.XDG_CACHE_HOME || "~/.cache", "huggingface"));
  const endpoint = (env.HF_ENDPOINT || HUB_URL).replace(/\/+$/, "");
  if (!/^https?:\/\//.test(endpoint)) {
    throw new SqltuneError(`HF_ENDPOINT is "${endpoint}"; expected a URL that starts with https:// or http://`);
  }
  return {
    endpoint,
    token: await readToken(env, expandHome(env.HF_TOKEN_PATH || join(home, "token"))),
    offline: ["1", "ON", "YES", "TRUE"].includes((env.HF_HUB_OFFLINE ?? "").toUpperCase()),
    cacheDir: expandHome(env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(home, "hub")),
  };
}

async function readToken(env: NodeJS.ProcessEnv, file: string): Promise<string | undefined> {
  const named = (env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || "").trim();
  const token = named || (await readFile(file, "utf8").catch(() => "")).trim();
  if (token === "") return undefined;
  if (!/^hf_\w+$/.test(token)) {
    const where = named ? "HF_TOKEN" : file;
    throw new SqltuneError(
      `${where} holds no Hugging Face token: it should be "hf_" and letters and digits. ` +
        "Make one at https://huggingface.co/settings/tokens, or unset it.",
    );
  }
  return token;
}

/** "~/x" as a path; shells expand it in most places, but not in a .env file. */
export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}
