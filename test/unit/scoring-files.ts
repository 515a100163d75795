import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";

/** Two small databases, one with a test suite, four gold rows, and two systems' predictions (a.sql, b.sql). */
export async function writeScoringFiles(folder: string): Promise<void> {
  const at = (...names: string[]) => join(folder, ...names);
  await mkdir(at("db/shop"), { recursive: true });
  await mkdir(at("suites/shop"), { recursive: true });
  const fill = (file: string, rows: string) => {
    const database = new Database(file);
    database.exec(`CREATE TABLE item (name TEXT, price REAL); INSERT INTO item VALUES ${rows}`);
    database.close();
  };
  fill(at("db/shop/shop.sqlite"), "('lamp', 9.5), ('rug', 20)");
  fill(at("db/zoo.sqlite"), "('lion', 1)");
  fill(at("suites/shop/shop.sqlite"), "('lamp', 9.5), ('rug', 20)");
  fill(at("suites/shop/shop1.sqlite"), "('mug', 1), ('rug', 2), ('jug', 3)");
  const tables = ["shop", "zoo"].map((db_id) => ({
    db_id,
    table_names_original: ["item"],
    column_names_original: [
      [-1, "*"],
      [0, "name"],
      [0, "price"],
    ],
    column_types: ["text", "text", "number"],
    primary_keys: [],
    foreign_keys: [],
  }));
  await writeFile(at("tables.json"), JSON.stringify(tables));
  const rows = [
    { question: "How many?", query: "SELECT count(*) FROM item", db_id: "shop" },
    { question: "Which?", query: "SELECT name FROM item", db_id: "shop" },
    { question: "Which are dear?", query: "SELECT name FROM item WHERE price > 10", db_id: "shop" },
    { question: "Which animals?", query: "SELECT name FROM item", db_id: "zoo" },
  ];
  await writeFile(at("gold.json"), JSON.stringify(rows));
  // Its first row is right by chance on the one database.
  await writeFile(at("a.sql"), "SELECT 2\nSELECT name FROM item\nSELECT nome FROM item\nSELECT price FROM item\n");
  const right = rows.slice(0, 3).map(({ query }) => `${query}\n`);
  await writeFile(at("b.sql"), `${right.join("")}SELECT price FROM item\n`);
}

/** The command that scores a predictions file of theirs by everything there is. */
export function scoringFlags(folder: string, predictions: string): string[] {
  const at = (name: string) => join(folder, name);
  return [
    ...["eval", "--predictions", at(predictions), "--gold", at("gold.json"), "--tables", at("tables.json")],
    ...["--databases", at("db"), "--suites", at("suites")],
  ];
}
