import { readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { type DownloadProgress, pull, resolveModel } from "../../src/hub/index.js";
import { COMMIT, failure, filesIn, ID, json, useHub } from "./hub-fixture.js";
import { HubServer, sha256 } from "./hub-server.js";

const hub = useHub();

describe("download of a model", () => {
  test("takes the files it needs, says the size first, counts every byte", async () => {
    const progress: DownloadProgress[] = [];
    const lines: string[] = [];
    const source = await resolveModel(ID, { onProgress: (p) => progress.push(p), onLine: (line) => lines.push(line) });

    const snapshot = join(hub.cache, "snapshots", COMMIT);
    expect(source).toEqual({
      name: ID,
      hubId: ID,
      revision: COMMIT,
      format: "safetensors",
      folder: snapshot,
      // The order in which the index first names them.
      weightFiles: [2, 1].map((n) => join(snapshot, `model-0000${n}-of-00002.safetensors`)),
      origin: "hub",
    });
    expect(await filesIn(snapshot)).toEqual([
      "config.json",
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
      "model.safetensors.index.json",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    for (const name of await filesIn(snapshot)) {
      expect((await readFile(join(snapshot, name))).equals(hub.repo.files[name]!)).toBe(true);
    }
    const total =
      500_000 +
      ["config.json", "tokenizer.json", "tokenizer_config.json"].reduce((n, f) => n + hub.repo.files[f]!.length, 0);
    expect(lines).toEqual([`Downloading ${ID} from ${hub.server.endpoint}: 500.1 kB in 5 files`]);
    expect(progress[0]).toEqual({ file: "config.json", received: 0, total });
    expect(progress.at(-1)).toMatchObject({ received: total, total });
    for (const [i, { received }] of progress.entries()) {
      expect(received).toBeGreaterThanOrEqual(progress[i - 1]?.received ?? 0);
    }
  });

  test("lays the cache out as Python does", async () => {
    await resolveModel(ID);
    expect(await readFile(join(hub.cache, "refs", "main"), "utf8")).toBe(COMMIT);
    const weights = "model-00001-of-00002.safetensors";
    const link = join(hub.cache, "snapshots", COMMIT, weights);
    expect(await readlink(link)).toBe(`../../blobs/${sha256(hub.repo.files[weights]!)}`);
    expect(await filesIn(join(hub.cache, ".no_exist", COMMIT))).toEqual([
      "chat_template.jinja",
      "generation_config.json",
      "special_tokens_map.json",
    ]);
    expect((await filesIn(join(hub.cache, "blobs"))).every((name) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name))).toBe(
      true,
    );
  });

  test("a whole snapshot needs no network, and nothing is printed", async () => {
    const printed = [vi.spyOn(console, "debug"), vi.spyOn(console, "info"), vi.spyOn(console, "log")];
    const first = await resolveModel(ID);
    hub.server.seen.length = 0;
    hub.server.down = 500;
    expect(await resolveModel(ID)).toEqual(first);
    expect(await resolveModel(ID, { revision: COMMIT })).toEqual(first);
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    expect(await resolveModel(ID)).toEqual(first);
    expect(hub.server.seen).toEqual([]);
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  test("pull goes to the newest commit; an old one stays; a Hub that is down costs nothing", async () => {
    const first = await resolveModel(ID);
    hub.repo.commit = "f".repeat(40);
    hub.repo.files["config.json"] = json({ architectures: ["MistralForCausalLM"] });
    expect((await resolveModel(ID)).revision).toBe(COMMIT);
    const progress: DownloadProgress[] = [];
    expect(await pull(ID, { onProgress: (p) => progress.push(p) })).toMatchObject({
      kind: "model",
      revision: hub.repo.commit,
    });
    // Only what changed is downloaded.
    expect(new Set(progress.map(({ file }) => file))).toEqual(new Set(["config.json"]));
    expect((await resolveModel(ID)).revision).toBe(hub.repo.commit);
    expect(await resolveModel(ID, { revision: COMMIT })).toEqual(first);
    hub.server.down = 503;
    expect(await pull(ID)).toMatchObject({ revision: hub.repo.commit });
  });

  test("the token goes to the Hub and never to the CDN", async () => {
    hub.repo.gated = true;
    const message = await failure(resolveModel(ID));
    expect(message).toContain(`${ID} is gated`);
    expect(message).toContain("No HF_TOKEN is set");
    expect(message).toContain(`Accept its terms at ${hub.server.endpoint}/${ID}`);
    vi.stubEnv("HF_TOKEN", HubServer.TOKEN);
    await resolveModel(ID);
    const authorized = hub.server.seen.filter(({ authorization }) => authorization === `Bearer ${HubServer.TOKEN}`);
    expect(authorized.some(({ path }) => path.startsWith("/api/"))).toBe(true);
    expect(authorized.some(({ path }) => path.includes("/resolve/"))).toBe(true);
    const cdn = hub.server.seen.filter(({ host }) => host === "cdn");
    expect(cdn.length).toBeGreaterThan(0);
    expect(cdn.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  test("the token that `hf auth login` stored is used", async () => {
    hub.repo.gated = true;
    await resolveModel(ID).catch(() => {});
    await writeFile(join(hub.folder, "hf", "token"), `${HubServer.TOKEN}\n`);
    expect((await resolveModel(ID)).revision).toBe(COMMIT);
  });
});
