import { describe, expect, it } from "vitest";
import { admittedTokens, automatonOver, byteAutomaton, refusedPart, STOP, textOf } from "./byte-automaton.js";

const SHOP = `CREATE TABLE customer (id INT, name TEXT, city TEXT, "zip code" TEXT);
  CREATE TABLE orders (id INT, customer_id INT, total REAL, date TEXT);
  CREATE TABLE "order" (nr INT, "group" TEXT);
  CREATE TABLE tag (label TEXT);`;
const shop = byteAutomaton(SHOP);

const ADMITTED = [
  "SELECT name FROM customer",
  "select T1.NAME from Customer as t1;",
  " \nSELECT count(*) FROM orders ; ",
  "SELECT T1.name, T2.total FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id WHERE T2.total > 5.5",
  "SELECT customer.name FROM customer JOIN orders ON customer.id = orders.customer_id",
  "SELECT name FROM customer, orders WHERE customer_id = customer.id",
  "SELECT * FROM customer UNION SELECT * FROM orders",
  "SELECT nr FROM `order` UNION ALL SELECT label FROM tag ORDER BY nr DESC LIMIT 3",
  'SELECT "group" FROM "order"',
  "SELECT name FROM customer WHERE \"zip code\" = \"abc\" AND city != 'it''s'",
  "SELECT name FROM customer WHERE id IN (SELECT customer_id FROM orders WHERE orders.total > customer.id)",
  "SELECT name FROM customer AS c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
  "SELECT name, (SELECT max(total) FROM orders WHERE customer_id = T1.id) FROM customer AS T1",
  "SELECT city, count(*) AS n FROM customer GROUP BY city HAVING n > 2 ORDER BY n, 2 DESC, lower(city)",
  "SELECT count(*) FROM (SELECT DISTINCT city AS town FROM customer) AS d WHERE town LIKE 'A%'",
  "SELECT max(total) - min(total) FROM orders WHERE date BETWEEN '2020' AND '2021' OR NOT total IS NULL",
  "SELECT CASE WHEN total > 1 THEN 'a' ELSE 'b' END, CAST(total AS INTEGER) FROM orders LIMIT 10 OFFSET 5",
  "SELECT T1.* FROM customer AS T1 LEFT JOIN orders AS T2 ON T1.id = T2.customer_id WHERE T2.id IS NULL",
  "SELECT a.name, b.name FROM customer a JOIN customer b ON a.city = b.city AND a.id < b.id",
  "SELECT city FROM customer GROUP BY city ORDER BY count(*) DESC LIMIT 1",
  "SELECT name FROM customer ORDER BY city IS NULL, city > 'a', ('a' || name) DESC",
  "SELECT (SELECT count(*) FROM customer) - (SELECT count(*) FROM orders)",
];

/** What SQLite refuses too. */
const REFUSED = [
  "SELECT nam FROM customer",
  "SELECT name FROM custom",
  "SELECT total FROM customer",
  "SELECT id FROM customer, orders", // ambiguous
  "SELECT id FROM customer JOIN orders ON customer_id = 1",
  "SELECT T1.total FROM customer AS T1",
  "SELECT T2.name FROM customer AS T1",
  "SELECT customer.name FROM customer AS T1",
  "SELECT name FROM customer WHERE count(*) > 1",
  "SELECT max(count(*)) FROM customer",
  "SELECT name FROM customer ORDER BY count(*)",
  "SELECT count(*) AS n FROM customer WHERE n > 1",
  "SELECT city FROM customer GROUP BY count(*)",
  "SELECT name FROM customer UNION SELECT id, total FROM orders",
  "SELECT * FROM customer UNION SELECT * FROM tag",
  "SELECT name FROM customer WHERE id IN (SELECT id, total FROM orders)",
  "SELECT name FROM customer WHERE id = (SELECT * FROM orders)",
  "SELECT name FROM customer ORDER BY 2",
  "SELECT name FROM customer ORDER BY (2)",
  "SELECT name FROM customer ORDER BY -1",
  "SELECT name FROM customer GROUP BY ('a') IS NULL",
  "SELECT name FROM customer ORDER BY id AND 0",
  "SELECT name FROM customer ORDER BY id UNION SELECT nr FROM `order`",
  "SELECT name FROM customer UNION SELECT city FROM customer ORDER BY id",
  "SELECT name FROM customer LIMIT 1 UNION SELECT city FROM customer",
  "SELECT foo(name) FROM customer",
  "SELECT lower(name, id) FROM customer",
  "SELECT group FROM `order`",
  "SELECT name FROM order",
  "SELECT town FROM (SELECT city FROM customer)",
  "SELECT T1.name FROM customer AS T1 LEFT JOIN orders AS T2 ON T1.id = T3.nr JOIN `order` AS T3",
  "SELECT *",
  "SELECT",
  "SELECT name FROM customer WHERE",
  "SELECT name FROM customer WHERE id = 5x",
  "SELECT name FROM customer WHERE city = 'a",
  "Here is the query: SELECT name FROM customer",
  "```sql\nSELECT name FROM customer\n```",
];

/** What could be meant for other than one query, though SQLite reads it. */
const TOO_MUCH = [
  "DELETE FROM customer",
  "SELECT name FROM customer -- all",
  "SELECT name /* x */ FROM customer",
  "SELECT name FROM customer\n\nWHERE id = 1",
  `SELECT name FROM customer WHERE${" ".repeat(40)}id = 1`,
];

describe("constrained by a schema", () => {
  it.each(ADMITTED)("admits %s", (sql) => {
    shop.prepare(sql.replace(/;\s*$/, ""));
    expect(refusedPart(shop.automaton, sql)).toBeNull();
  });

  it.each(REFUSED)("refuses %s", (sql) => {
    expect(() => shop.prepare(sql)).toThrow();
    expect(refusedPart(shop.automaton, sql)).not.toBeNull();
  });

  it.each(TOO_MUCH)("refuses what is more than a query: %s", (sql) => {
    expect(refusedPart(shop.automaton, sql)).not.toBeNull();
  });

  it("refuses at the first byte that cannot be made good", () => {
    expect(refusedPart(shop.automaton, "SELECT namx FROM customer")).toBe("x FROM customer");
    // `total` is in orders alone, which has an `id` too.
    expect(refusedPart(shop.automaton, "SELECT total, name, id FROM customer")).toBe("d FROM customer");
    expect(refusedPart(shop.automaton, "SELECT T1.name, T1.total FROM customer")).toBe("total FROM customer");
  });

  it("says in the mask exactly what it admits", () => {
    for (const sql of ADMITTED.slice(0, 12)) {
      const constraint = shop.automaton.begin();
      for (const byte of Buffer.from(sql)) {
        const mask = admittedTokens(constraint.mask());
        expect(mask).toEqual(Array.from({ length: 270 }, (_, id) => id).filter((id) => constraint.admits(id)));
        constraint.accept(byte);
      }
    }
  });
});

describe("random walks", () => {
  // Names that are keywords, that need quotes, that several tables share, and that no single table has alone.
  const databases = {
    shop,
    twins: byteAutomaton(
      "CREATE TABLE a (x INT, y INT); CREATE TABLE b (x INT, y INT); CREATE TABLE c (y INT, z INT);",
    ),
    words: byteAutomaton(
      'CREATE TABLE "cast" (id INT, role TEXT, "end" INT); CREATE TABLE key (name TEXT, "desc" TEXT, date TEXT, count INT, "from" INT);' +
        'CREATE TABLE t1 (t2 INT, max INT, "Länge" INT, "select" INT);',
    ),
  };

  it.each(Object.entries(databases))("end in queries that prepare: %s", (_, { automaton, prepare }) => {
    let ended = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const next = randomNumbers(seed);
      const constraint = automaton.begin();
      const ids: number[] = [];
      for (;;) {
        const admitted = admittedTokens(constraint.mask());
        expect(admitted, `stuck: ${textOf(ids)}`).not.toEqual([]);
        if (admitted.includes(STOP) && next() < 0.05 + ids.length / 400) break;
        const others = admitted.filter((id) => id !== STOP);
        if (others.length === 0) break;
        const id = others.find((token) => closes(token) && next() < 0.6) ?? others[Math.floor(next() * others.length)]!;
        constraint.accept(id);
        ids.push(id);
        if (ids.length > 1500) break;
      }
      if (!constraint.admits(STOP)) continue;
      ended++;
      const sql = textOf(ids).replace(/;\s*$/, "");
      expect(() => prepare(sql), sql).not.toThrow();
    }
    expect(ended).toBeGreaterThan(75);
  });
});

describe("constrained by syntax alone", () => {
  const automaton = automatonOver(null);
  it.each([
    "SELECT a.b, c FROM some_table AS a JOIN other ON a.x = other.y WHERE foo > 3 GROUP BY bar HAVING count(*) > 1 ORDER BY baz LIMIT 2",
    "SELECT * FROM x UNION SELECT * FROM y ORDER BY anything",
  ])("admits %s", (sql) => expect(refusedPart(automaton, sql)).toBeNull());
  it.each([
    "SELECT a b c FROM x",
    "SELECT a FROM",
    "SELECT a FROM x WHERE max(a) > 1",
    "SELECT a, b FROM x UNION SELECT a FROM x",
    "Sure! SELECT 1",
  ])("refuses %s", (sql) => expect(refusedPart(automaton, sql)).not.toBeNull());
});

/** Marks that bring a literal or a bracket to its end. */
const closes = (token: number): boolean => token < 256 && "'\"`])".includes(String.fromCharCode(token));

/** Mulberry32: numbers in [0, 1). */
function randomNumbers(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
