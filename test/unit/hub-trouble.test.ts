import { randomBytes } from "node:crypto";
import { lstat, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { type DownloadProgress, resolveModel } from "../../src/hub/index.js";
import { COMMIT, failure, filesIn, ID, json, useHub } from "./hub-fixture.js";
import { HubServer, sha256 } from "./hub-server.js";

const hub = useHub();

describe("trouble on the way", () => {
  const weights = "model-00001-of-00002.safetensors";

  test("a connection that breaks twice is taken up where it broke", async () => {
    hub.server.cuts.set(weights, [100_000, 50_000]);
    await resolveModel(ID);
    const ranges = hub.server.seen
      .filter(({ host, path }) => host === "cdn" && path.includes(weights))
      .map(({ range }) => range);
    expect(ranges[0]).toBeUndefined();
    expect(ranges.slice(1)).toEqual(["bytes=100000-", "bytes=150000-"]);
  });

  test("after an abort there is no half file, and the next call goes on from there", async () => {
    const controller = new AbortController();
    hub.server.cuts.set(weights, [120_000]);
    const onProgress = ({ file, received }: DownloadProgress): void => {
      if (file === weights && received > 100_000) controller.abort();
    };
    await expect(resolveModel(ID, { onProgress, signal: controller.signal })).rejects.toThrow("aborted");
    const left = (await filesIn(join(hub.cache, "blobs"))).filter((name) =>
      name.startsWith(sha256(hub.repo.files[weights]!)),
    );
    expect(left).toEqual([expect.stringMatching(/\.incomplete$/)]);
    await expect(lstat(join(hub.cache, "snapshots", COMMIT, weights))).rejects.toThrow("ENOENT");
    await expect(lstat(join(hub.cache, "refs", "main"))).rejects.toThrow("ENOENT");
    const { size } = await lstat(join(hub.cache, "blobs", left[0]!));
    expect(size).toBeGreaterThan(100_000 - 2000);
    hub.server.cuts.clear();
    hub.server.seen.length = 0;
    await resolveModel(ID);
    const asked = hub.server.seen.find(({ host, path }) => host === "cdn" && path.includes(weights));
    expect(asked?.range).toBe(`bytes=${size}-`);
    expect((await filesIn(join(hub.cache, "blobs"))).filter((name) => name.endsWith(".incomplete"))).toEqual([]);
  });

  test("what Python left unfinished is taken up too, and a server without ranges sends all of it", async () => {
    const bytes = hub.repo.files[weights]!;
    await resolveModel(ID);
    const blob = join(hub.cache, "blobs", sha256(bytes));
    for (const ranges of [true, false]) {
      await rm(blob);
      await writeFile(`${blob}.incomplete`, bytes.subarray(0, 70_000));
      hub.server.ranges = ranges;
      hub.server.seen.length = 0;
      await resolveModel(ID);
      expect(hub.server.seen.find(({ host }) => host === "cdn")?.range).toBe("bytes=70000-");
      expect((await readFile(blob)).equals(bytes)).toBe(true);
    }
  });

  test("two calls at once both succeed", async () => {
    const [a, b] = await Promise.all([resolveModel(ID), resolveModel(ID)]);
    expect(a).toEqual(b);
    expect((await filesIn(join(hub.cache, "blobs"))).filter((name) => name.includes("incomplete"))).toEqual([]);
  });

  test.each(["config.json", weights])("damaged %s is refused, with both checksums, and removed", async (path) => {
    hub.server.damaged.add(path);
    const message = await failure(resolveModel(ID));
    expect(message).toContain(`${path} of ${ID} arrived damaged`);
    expect(message).toMatch(/is ([0-9a-f]{40,64}), expected ([0-9a-f]{40,64})/);
    hub.server.damaged.clear();
    expect((await resolveModel(ID)).revision).toBe(COMMIT);
  });

  test("a typo says what was tried", async () => {
    const message = await failure(resolveModel("acme/tiny-lama"));
    expect(message).toContain("there is no model acme/tiny-lama, or it is private or gated");
    expect(message).toContain("Tried first: the folder");
    vi.stubEnv("HF_TOKEN", HubServer.TOKEN);
    expect(await failure(resolveModel("acme/tiny-lama"))).toContain("answered 404");
    expect(await failure(resolveModel(ID, { revision: "v9" }))).toContain("no such branch, tag or commit");
  });

  test("no Hub at all", async () => {
    vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
    expect(await failure(resolveModel(ID))).toContain("the Hub at http://127.0.0.1:9 cannot be reached");
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    expect(await failure(resolveModel(ID))).toContain("the network may not be used");
    vi.stubEnv("HF_ENDPOINT", "huggingface.co");
    expect(await failure(resolveModel(ID))).toContain('HF_ENDPOINT is "huggingface.co"');
  });

  test("a token that is none", async () => {
    vi.stubEnv("HF_TOKEN", "secret");
    const message = await failure(resolveModel(ID));
    expect(message).toContain("HF_TOKEN holds no Hugging Face token");
    expect(message).not.toContain("secret");
  });

  test("repositories that hold no usable model", async () => {
    for (const name of Object.keys(hub.repo.files))
      if (name.endsWith("safetensors") || name.includes("index")) delete hub.repo.files[name];
    expect(await failure(resolveModel(ID))).toContain("PyTorch pickles (pytorch_model.bin)");
    delete hub.repo.files["pytorch_model.bin"];
    hub.repo.files["tiny.Q4_0.gguf"] = randomBytes(10);
    expect(await failure(resolveModel(ID))).toContain("GGUF files (tiny.Q4_0.gguf): download one");
    hub.repo.files = { "adapter_config.json": json({}), "adapter_model.safetensors": randomBytes(10) };
    expect(await failure(resolveModel(ID))).toContain("It is an adapter");
  });

  test("an index that names a shard which is not there", async () => {
    delete hub.repo.files[weights];
    expect(await failure(resolveModel(ID))).toContain(`names files that are not there: ${weights}`);
  });
});
