import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { configKeys } from "../../src/config/expectation.js";
import { acceptedOnly } from "../../src/config/notes.js";
import { filesBelow, root } from "./source-files.js";

/**
 * Asks the type checker which properties of Config's sections the code reads, so that `config.lora.r` counts and
 * another object's `r` does not.
 */
function readKeys(): Set<string> {
  const { config: json } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(json, ts.sys, root);
  const files = filesBelow("src", [".ts"]).map((file) => join(root, file));
  const program = ts.createProgram(files, { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const keyOf = keysByDeclaration(program, checker);
  const read = new Set<string>();
  // Types are asked for only where a name is a key's: the checker is slow.
  const names = new Set([...keyOf.values()].map((key) => key.split(".").at(-1)!));
  const note = (symbol: ts.Symbol | undefined) => {
    for (const declaration of symbol?.declarations ?? []) {
      const key = keyOf.get(declaration);
      if (key) read.add(key);
    }
  };
  const visit = (node: ts.Node) => {
    if (ts.isPropertyAccessExpression(node) && names.has(node.name.text)) note(checker.getSymbolAtLocation(node.name));
    else if (ts.isBindingElement(node)) {
      const name = node.propertyName ?? node.name;
      if (ts.isIdentifier(name) && names.has(name.text))
        note(checker.getTypeAtLocation(node.parent).getProperty(name.text));
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) {
    if (file.fileName.startsWith(join(root, "src/")) && !file.fileName.includes("/src/config/")) visit(file);
  }
  return read;
}

/** Each key's place in src/config/sections, which is what a property of Config goes back to. */
function keysByDeclaration(program: ts.Program, checker: ts.TypeChecker): Map<ts.Declaration, string> {
  const source = program.getSourceFile(join(root, "src/config/schema.ts"))!;
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
  const config = checker.getDeclaredTypeOfSymbol(exported.find((symbol) => symbol.name === "Config")!);
  const keys = new Map<ts.Declaration, string>();
  const add = (section: string, type: ts.Type) => {
    for (const key of checker.getNonNullableType(type).getProperties()) {
      const name = `${section}.${key.name}`;
      for (const declaration of key.declarations ?? []) keys.set(declaration, name);
      if (configKeys().has(name)) add(name, checker.getTypeOfSymbol(key));
    }
  };
  for (const section of config.getProperties()) add(section.name, checker.getTypeOfSymbol(section));
  return keys;
}

it("every config key is read by the code that does what it says", () => {
  const all = [...configKeys()].flatMap(([section, keys]) => [...keys.keys()].map((key) => `${section}.${key}`));
  const read = readKeys();
  expect(all.filter((key) => !read.has(key) && !acceptedOnly.has(key))).toEqual([]);
  expect([...acceptedOnly].filter((key) => !all.includes(key))).toEqual([]);
  // A type check of all of src: seconds on a free machine, and not all are free.
}, 240_000);
