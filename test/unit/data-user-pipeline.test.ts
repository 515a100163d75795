import { afterAll, describe, expect, it } from "vitest";
import { createPipeline } from "../../src/data/create-pipeline.js";
import { options, temporaryFolder } from "./data-fixture.js";

const files = temporaryFolder({
  "my.ts": `
    interface Row { id: string; question: string; sql: string; dbId: string | null }
    const row = (n: number): Row => ({ id: String(n), question: "How many?", sql: \`SELECT \${n}\`, dbId: null });
    export class MyPipeline {
      constructor(private readonly options: { seed: number }) {}
      async prepare() { return { train: [row(this.options.seed), row(2)], test: [row(2)] }; }
    }
    export class Broken {
      async prepare() {
        return { train: [{ id: 1, question: "", sql: "SELECT 1", dbId: "db" }, null], validation: {}, schemas: new Map() };
      }
    }
    export class NoRows { async prepare() { return { train: [] }; } }
    export const notOne = 3;`,
  "default.ts":
    "export default { prepare: async () => ({ train: [{ id: 'a', question: 'b', sql: 'c', dbId: null }] }) };",
  "only.mjs": "export class Only { async prepare() { return 'rows'; } }",
  "syntax.ts": "export class {",
});
afterAll(files.remove);

const prepare = async (pipeline: string) => (await createPipeline(options(files.folder, { pipeline }))).prepare();

describe("data.pipeline", () => {
  it("loads a TypeScript class, hands it the options and fills in what it leaves out", async () => {
    const dataset = await prepare("./my.ts#MyPipeline");
    expect(dataset.train.map((row) => row.sql)).toEqual(["SELECT 42", "SELECT 2"]);
    expect(dataset).toMatchObject({
      validation: [],
      dropped: [],
      checksums: {},
      schemas: new Map(),
      databases: new Map(),
    });
    expect(dataset.notes).toEqual([
      expect.stringMatching(/^1 of 1 test queries \(100\.0 %\) stand in the training rows too/),
    ]);
  });

  it("takes a default export", async () => {
    expect((await prepare("default.ts")).train).toHaveLength(1);
  });

  it("takes the only export that fits, and says what prepare() gave instead of a Dataset", async () => {
    await expect(prepare("only.mjs")).rejects.toThrow(
      /prepare\(\) of only\.mjs did not give a Dataset:\n {2}it gave a string/,
    );
    await expect(prepare("my.ts#Broken")).rejects.toThrow(
      /train\[0\]\.id is no text\n {2}train\[0\]\.question is no text\n {2}train\[0\]\.dbId is db, which schemas does not hold\n {2}train\[1\] is no object\n {2}validation is no list/,
    );
    await expect(prepare("my.ts#NoRows")).rejects.toThrow(/train has no rows/);
  });

  it("names the file and its exports when it cannot find the pipeline", async () => {
    const exported = /my\.ts exports Broken, MyPipeline, NoRows, notOne; expected /;
    await expect(prepare("my.ts#Other")).rejects.toThrow(
      new RegExp(`${exported.source}an export Other that is a class`),
    );
    await expect(prepare("my.ts#notOne")).rejects.toThrow(exported);
    await expect(prepare("my.ts")).rejects.toThrow(new RegExp(`${exported.source}a default export, or one export,`));
    await expect(prepare("gone.ts#A")).rejects.toThrow(/There is no file .*gone\.ts \(data\.pipeline: gone\.ts#A\)/);
    await expect(prepare("syntax.ts#A")).rejects.toThrow(/syntax\.ts cannot be loaded: /);
  });
});
