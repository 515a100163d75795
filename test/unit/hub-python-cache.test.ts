import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { resolveModel } from "../../src/hub/index.js";
import { filesIn, ID, useHub } from "./hub-fixture.js";

const run = promisify(execFile);
const python = process.env.SQLTUNE_PYTHON ?? "python3";
const hasPythonHub = await run(python, ["-c", "import huggingface_hub"]).then(
  () => true,
  () => false,
);
if (!hasPythonHub) {
  process.stderr.write(
    `SKIPPED: cache shared with Python: ${python} has no huggingface_hub (pip install it, or set SQLTUNE_PYTHON)\n`,
  );
}

const hub = useHub();

describe.skipIf(!hasPythonHub)("cache shared with Python", () => {
  const python3 = async (script: string): Promise<unknown> => {
    const env = {
      ...process.env,
      HF_HUB_DISABLE_TELEMETRY: "1",
      HF_HUB_DISABLE_XET: "1",
      HF_HUB_DISABLE_PROGRESS_BARS: "1",
    };
    const { stdout } = await run(python, ["-c", `import json, huggingface_hub as hub\n${script}`], { env });
    return JSON.parse(stdout);
  };

  test("huggingface_hub reads what sqltune downloaded, without the network", async () => {
    const source = await resolveModel(ID);
    hub.server.down = 500;
    const read = await python3(`
folder = hub.snapshot_download("${ID}", local_files_only=True)
info = hub.scan_cache_dir()
absent = hub.try_to_load_from_cache("${ID}", "chat_template.jinja") is hub._CACHED_NO_EXIST
repo = next(iter(info.repos))
print(json.dumps([folder, hub.try_to_load_from_cache("${ID}", "config.json"), absent, repo.repo_id, repo.nb_files, repo.size_on_disk, [str(w) for w in info.warnings]]))`);
    const sizes = await Promise.all((await filesIn(source.folder)).map((name) => readFile(join(source.folder, name))));
    const bytes = sizes.reduce((sum, { length }) => sum + length, 0);
    expect(read).toEqual([source.folder, join(source.folder, "config.json"), true, ID, 6, bytes, []]);
  });

  test("sqltune uses what huggingface_hub downloaded, and only adds what was left out", async () => {
    const patterns = '["*.json", "model-*.safetensors"]';
    const folder = await python3(`print(json.dumps(hub.snapshot_download("${ID}", allow_patterns=${patterns})))`);
    hub.server.seen.length = 0;
    const source = await resolveModel(ID);
    expect(source.folder).toBe(folder);
    expect(hub.server.seen.every(({ path }) => path.startsWith("/api/"))).toBe(true);
  });
});
