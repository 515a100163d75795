import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, expect, it } from "vitest";
import { writeTrainableModel } from "../native/train-fixture.js";
import { root, runProgram, scratchFolder } from "./compiled-cli.js";

const folder = scratchFolder("run-script");
afterAll(() => rmSync(folder, { recursive: true }));

// Where it has not been set up by run.sh, run.sh would begin with downloads and a build.
const ready = existsSync(join(root, "build/typescript.stamp"));
if (!ready) process.stderr.write("./run.sh serve is not tested: set up by ./run.sh setup first.\n");

it.skipIf(!ready)("./run.sh serve serves the page and the API of the folder that it is called in", async () => {
  writeTrainableModel(join(folder, "tiny-model"));
  new Database(join(folder, "shop.sqlite")).exec("CREATE TABLE orders (id INTEGER PRIMARY KEY)").close();
  const words = ["--base", "--set", "model.name=tiny-model", "--set", "model.device=cpu", "--port", "0", "--json"];
  let page = "";
  const { code, stderr } = await runProgram(join(root, "run.sh"), ["serve", "--db", "shop.sqlite", ...words], {
    cwd: folder,
    onLine: (line, kill) => {
      const { url } = JSON.parse(line) as { url: string };
      fetch(url)
        .then(async (reply) => {
          page = await reply.text();
        })
        .finally(() => kill("SIGINT"));
    },
  });
  expect(code, stderr).toBe(0);
  expect(page).toContain("<title>sqltune");
});
