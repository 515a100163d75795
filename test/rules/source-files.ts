import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

const generated = new Set(["node_modules", "dist", "build", "outputs", ".git", ".venv", ".cache", "__pycache__"]);

/** Files of the repository below `folder` with one of the endings, by path relative to the root. */
export function filesBelow(folder: string, endings: readonly string[]): string[] {
  const found: string[] = [];
  const visit = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (generated.has(entry.name)) continue;
      const full = join(path, entry.name);
      if (entry.isDirectory()) visit(full);
      else if (endings.some((ending) => entry.name.endsWith(ending))) found.push(relative(root, full));
    }
  };
  visit(join(root, folder));
  return found.sort();
}

export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

export interface Import {
  /** The file it names, relative to the root. */
  to: string;
  line: number;
  /** True where nothing of it is left at run time. */
  typeOnly: boolean;
}

/** Imports and re-exports of the repository's own files, dynamic ones included. */
export function importsOf(path: string): Import[] {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Node, typeOnly: boolean) => {
    if (!ts.isStringLiteralLike(specifier) || !specifier.text.startsWith(".")) return;
    const to = join(dirname(path), specifier.text.replace(/\.js$/, ".ts"));
    found.push({ to, line: source.getLineAndCharacterOfPosition(specifier.pos).line + 1, typeOnly });
  };
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier, exportsTypesOnly(node));
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      if (node.arguments[0]) add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return !clause.name && !!names && ts.isNamedImports(names) && names.elements.every((element) => element.isTypeOnly);
}

function exportsTypesOnly(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  return (
    !!node.exportClause && ts.isNamedExports(node.exportClause) && node.exportClause.elements.every((e) => e.isTypeOnly)
  );
}
