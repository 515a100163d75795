import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { SqltuneError } from "../errors.js";
import { expandHome } from "./hub-environment.js";
import type { HubFile } from "./hub-repo.js";
import { type RepoFilesOptions, resolveRepoFiles } from "./repo-files.js";
import { isHubId } from "./resolve-model.js";

const ADAPTER_FILES = ["adapter_config.json", "adapter_model.safetensors"];
const ALSO_READ = ["sqltune.json", "README.md"];

/** The folder of an adapter named by a folder or a hub id; downloaded when it is not here yet. */
export async function resolveAdapter(name: string, options: RepoFilesOptions = {}): Promise<string> {
  const path = expandHome(name.trim());
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return resolve(path);
  if (!isHubId(path)) {
    throw new SqltuneError(
      `no adapter "${name}": there is no folder ${resolve(path)}, and it is no hub id (ORG/NAME) either`,
      { code: "ERR_SQLTUNE_ADAPTER" },
    );
  }
  return resolveRepoFiles({ type: "model", name: path }, (files) => chooseAdapterFiles(name, files), options);
}

function chooseAdapterFiles(name: string, files: HubFile[]): HubFile[] {
  const missing = ADAPTER_FILES.filter((file) => !files.some(({ path }) => path === file));
  if (missing.length > 0) {
    const pickle = files.some(({ path }) => path === "adapter_model.bin");
    throw new SqltuneError(
      `${name} is no adapter that can be read: ${missing.join(" and ")} missing.` +
        (pickle
          ? " Its weights are a PyTorch pickle, which runs code when it is read; only safetensors are read."
          : ""),
      { code: "ERR_SQLTUNE_ADAPTER" },
    );
  }
  return files.filter(({ path }) => ADAPTER_FILES.includes(path) || ALSO_READ.includes(path));
}
