import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type * as TypeScript from "typescript";
import { SqltuneError } from "../../errors.js";

const IMPORT = /^import\s+\{([^}]*)\}\s+from\s+"(\.[^"]+)";[ \t]*$/gm;
const EXPORT = /^export (?=(?:function|const|class) (\w+))/gm;

let built: string | undefined;

/**
 * The page's script: its modules and those that they import, such as the SQL lexer, as one script without imports. Each
 * becomes a function that runs once and returns what the module exports, so their names cannot meet.
 */
export function pageScript(): string {
  built ??= joinModules(new URL("./page/main.js", import.meta.url));
  return built;
}

function joinModules(entry: URL): string {
  const names = new Map<string, string>();
  const parts: string[] = [];
  /** Adds a module after those it imports; its name in the script. */
  const add = (module: URL): string => {
    const known = names.get(module.href);
    if (known) return known;
    const source = javascriptOf(module);
    const imports = [...source.matchAll(IMPORT)].map(([, bindings, from]) => {
      const to = add(new URL(from!, module));
      return bindings!.trim() === "" ? "" : `const {${bindings!.replaceAll(" as ", ": ")}} = ${to};\n`;
    });
    const name = `module${names.size}`;
    names.set(module.href, name);
    const exported = [...source.matchAll(EXPORT)].map((match) => match[1]);
    parts.push(
      `const ${name} = (() => {\n${imports.join("")}${body(source, module)}\nreturn { ${exported.join(", ")} };\n})();`,
    );
    return name;
  };
  add(entry);
  return `"use strict";\n${parts.join("\n")}\n`;
}

/** The module without its imports and the word `export`. */
function body(source: string, module: URL): string {
  const code = source
    .replace(IMPORT, "")
    .replace(EXPORT, "")
    .replace(/^export \{\};?$/m, "")
    .replace(/^\/\/# sourceMappingURL=.*$/m, "");
  const left = /^(?:import|export)\b.*$/m.exec(code);
  if (left) throw new SqltuneError(`${fileURLToPath(module)} cannot be joined to the report's script: ${left[0]}`);
  return code.trim();
}

/** The compiled file; run from the sources (tests), the TypeScript compiler is there to make it. */
function javascriptOf(module: URL): string {
  if (!import.meta.url.endsWith(".ts")) return readFileSync(module, "utf8");
  const source = readFileSync(new URL(module.href.replace(/\.js$/, ".ts")), "utf8");
  const ts = createRequire(import.meta.url)("typescript") as typeof TypeScript;
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ES2022,
    verbatimModuleSyntax: true,
  };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}
