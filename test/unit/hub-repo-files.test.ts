import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pull, resolveAdapter, resolveDataset } from "../../src/hub/index.js";
import { COMMIT, failure, filesIn, json, useHub } from "./hub-fixture.js";
import type { HostedRepo } from "./hub-server.js";

const hub = useHub();

describe("adapters and data sets", () => {
  test("an adapter by its hub id", async () => {
    const adapter: HostedRepo = {
      type: "models",
      id: "acme/lora",
      commit: COMMIT,
      files: {
        "adapter_config.json": json({ r: 8 }),
        "adapter_model.safetensors": randomBytes(500),
        "sqltune.json": json({}),
        "optimizer.pt": randomBytes(9),
      },
      lfs: ["adapter_model.safetensors"],
    };
    hub.server.repos.push(adapter);
    const path = await resolveAdapter("acme/lora");
    expect(await filesIn(path)).toEqual(["adapter_config.json", "adapter_model.safetensors", "sqltune.json"]);
    hub.server.down = 500;
    expect(await resolveAdapter("acme/lora")).toBe(path);
    expect(await resolveAdapter(path)).toBe(path);
    expect(await failure(resolveAdapter("./nowhere"))).toContain("no adapter");
  });

  test("a data set by its name, with what the Hub's copy lacks", async () => {
    const spider: HostedRepo = {
      type: "datasets",
      id: "xlangai/spider",
      commit: COMMIT,
      files: {
        "README.md": Buffer.from("#"),
        "spider/train-00000-of-00001.parquet": randomBytes(3000),
        "spider/validation-00000-of-00001.parquet": randomBytes(900),
      },
      lfs: ["spider/train-00000-of-00001.parquet"],
    };
    hub.server.repos.push(spider);
    const lines: string[] = [];
    const pulled = await pull("spider", { onLine: (line) => lines.push(line) });
    expect(pulled).toMatchObject({ kind: "dataset", name: "spider", revision: COMMIT });
    expect(await filesIn(join(pulled.folder, "spider"))).toEqual([
      "train-00000-of-00001.parquet",
      "validation-00000-of-00001.parquet",
    ]);
    expect(lines[0]).toContain("3.9 kB in 2 files");
    expect(lines.join("\n")).toContain("https://yale-lily.github.io/spider");
    hub.server.down = 500;
    expect(await resolveDataset("spider")).toBe(pulled.folder);
    expect(await resolveDataset("xlangai/spider")).toBe(pulled.folder);
    expect(await resolveDataset(hub.folder)).toBe(hub.folder);
  });
});
