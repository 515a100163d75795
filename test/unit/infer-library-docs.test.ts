import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** The ```ts blocks of a Markdown file. */
function snippets(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]!);
}

describe("docs/library.md", () => {
  const blocks = snippets(join(root, "docs/library.md"));

  it("compiles, every snippet by itself, against the package's root", () => {
    // As files beside the tests, which are not written: "sqltune" is then src/index.ts, "node" the installed types.
    const names = blocks.map((_, i) => join(root, `test/unit/library-snippet-${i}.ts`));
    const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config;
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    Object.assign(options, { noEmit: true, noUnusedLocals: false, paths: { sqltune: [join(root, "src/index.ts")] } });
    const host = ts.createCompilerHost(options);
    const { readFile, fileExists } = host;
    const snippet = (name: string) => blocks[names.indexOf(resolve(name))];
    host.fileExists = (name) => snippet(name) !== undefined || fileExists(name);
    host.readFile = (name) => snippet(name) ?? readFile(name);
    host.getSourceFile = (name, languageVersion) => {
      const text = host.readFile(name);
      return text === undefined ? undefined : ts.createSourceFile(name, text, languageVersion);
    };
    const program = ts.createProgram(names, options, host);
    const errors = names.flatMap((name) => {
      const source = program.getSourceFile(name)!;
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
        ({ start = 0, messageText }) =>
          `snippet ${names.indexOf(name) + 1}, line ${source.getLineAndCharacterOfPosition(start).line + 1}: ` +
          ts.flattenDiagnosticMessageText(messageText, " "),
      );
    });
    expect(blocks.length).toBeGreaterThan(8);
    expect(errors).toEqual([]);
  }, 120_000);
});
