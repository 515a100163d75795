import { describe, expect, it } from "vitest";
import { detectDialect } from "../../src/schema/detect-dialect.js";
import { parseDdl } from "../../src/schema/parse-ddl.js";
import type { Schema } from "../../src/schema/types.js";

/** "table: column type pk, …" and "table.column -> table.column", short enough to compare whole. */
function outline(schema: Schema): string[] {
  return schema.tables.flatMap((table) => [
    `${table.name}: ${table.columns.map((column) => [column.name, column.type, column.primaryKey ? "pk" : ""].filter(Boolean).join(" ")).join(", ")}`,
    ...table.foreignKeys.map((key) => `${table.name}(${key.columns}) -> ${key.refTable}(${key.refColumns})`),
  ]);
}

describe("parseDdl", () => {
  it("reads SQLite's", () => {
    const schema = parseDdl(
      `-- a comment; with a semicolon
      PRAGMA foreign_keys = ON;
      CREATE TABLE IF NOT EXISTS "main"."Song Book" (
        [song id] INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, /* key */
        'title' VARCHAR(40) DEFAULT 'a, (b' COLLATE NOCASE,
        price DECIMAL(10, 2) CHECK (price > 0 AND price IN (1, 2)),
        untyped,
        \`by\` INT CONSTRAINT c REFERENCES artist(ID) ON DELETE CASCADE,
        total REAL GENERATED ALWAYS AS (price * 2) STORED
      );
      CREATE TABLE artist (id INTEGER, name TEXT NOT NULL UNIQUE, PRIMARY KEY (ID) CONSTRAINT u UNIQUE (name)) WITHOUT ROWID;
      CREATE TABLE pair (a INT, b INT, s INT, PRIMARY KEY (a, b), FOREIGN KEY (s) REFERENCES "song book");
      CREATE INDEX i ON artist (name);
      CREATE TRIGGER t AFTER INSERT ON artist BEGIN DELETE FROM pair; SELECT 1; END;
      INSERT INTO artist VALUES (1, 'CREATE TABLE x (a);');`,
      { dbId: "songs" },
    );
    expect(schema.dbId).toBe("songs");
    expect(schema.dialect).toBe("sqlite");
    expect(outline(schema)).toEqual([
      "Song Book: song id INTEGER pk, title VARCHAR(40), price DECIMAL(10, 2), untyped, by INT, total REAL",
      "Song Book(by) -> artist(id)",
      "artist: id INTEGER pk, name TEXT",
      "pair: a INT pk, b INT pk, s INT",
      "pair(s) -> Song Book(song id)",
    ]);
  });

  it("reads PostgreSQL's, as pg_dump writes it", () => {
    const schema = parseDdl(
      `SET search_path = public;
      CREATE TYPE mood AS ENUM ('sad', 'ok');
      CREATE TABLE public."Users" (
        id bigint DEFAULT nextval('users_id_seq'::regclass) NOT NULL,
        Email character varying(255) DEFAULT ''::character varying,
        tags text[] DEFAULT '{}'::text[],
        made timestamp(6) without time zone DEFAULT now(),
        score double precision, doc jsonb, body text DEFAULT E'it\\'s, (', code text DEFAULT $x$a';b$x$,
        num integer GENERATED ALWAYS AS IDENTITY,
        CONSTRAINT chk CHECK ((score > (0)::double precision)),
        EXCLUDE USING gist (made WITH &&)
      );
      CREATE UNLOGGED TABLE IF NOT EXISTS sales.orders (oid serial, user_id bigint, LIKE public."Users" INCLUDING ALL, z int);
      CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
      COPY public."Users" (id, email) FROM stdin;
1	it's (unbalanced
\\.
      ALTER TABLE ONLY public."Users" ADD CONSTRAINT users_pkey PRIMARY KEY (id);
      ALTER TABLE ONLY sales.orders
        ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES public."Users"(id) ON DELETE SET NULL, ADD COLUMN note text;`,
    );
    expect(schema.dialect).toBe("postgresql");
    expect(outline(schema)).toEqual([
      "Users: id bigint pk, email character varying(255), tags text[], made timestamp(6) without time zone, score double precision, doc jsonb, body text, code text, num integer",
      "orders: oid serial, user_id bigint, id bigint, email character varying(255), tags text[], made timestamp(6) without time zone, score double precision, doc jsonb, body text, code text, num integer, z int, note text",
      "orders(user_id) -> Users(id)",
    ]);
  });

  it("reads MySQL's, as mysqldump and phpMyAdmin write it", () => {
    const schema = parseDdl(
      `/*!40101 SET NAMES utf8 */;
      DROP TABLE IF EXISTS \`film\`;
      CREATE TABLE \`film\` (
        \`id\` int(11) unsigned NOT NULL AUTO_INCREMENT COMMENT 'it\\'s the key, (really)',
        \`title\` varchar(255) CHARACTER SET utf8 COLLATE utf8_bin DEFAULT NULL,
        \`kind\` enum('a','b,c') NOT NULL DEFAULT 'a',
        \`made\` timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
        key varchar(20),
        lang_id smallint,
        PRIMARY KEY (\`id\`),
        UNIQUE KEY \`u\` (\`title\`(10)),
        KEY idx_lang (lang_id), FULLTEXT KEY ft (title),
        CONSTRAINT \`fk\` FOREIGN KEY \`ix\` (\`lang_id\`) REFERENCES \`db\`.\`lang\` (\`id\`) ON DELETE CASCADE
      ) ENGINE=InnoDB AUTO_INCREMENT=12 DEFAULT CHARSET=utf8mb4 COMMENT='films; all (of them)';
      INSERT INTO film VALUES (1,'it\\'s; CREATE TABLE no (a int)');
      CREATE TABLE lang (id smallint, name text) # trailing
      ENGINE=MyISAM;
      ALTER TABLE \`lang\` ADD PRIMARY KEY (\`id\`), ADD KEY \`n\` (\`name\`(5)), MODIFY \`id\` smallint NOT NULL;
      CREATE TABLE film_copy LIKE film;`,
    );
    expect(schema.dialect).toBe("mysql");
    expect(outline(schema)).toEqual([
      "film: id int(11) unsigned pk, title varchar(255), kind enum('a','b,c'), made timestamp, key varchar(20), lang_id smallint",
      "film(lang_id) -> lang(id)",
      "lang: id smallint pk, name text",
      "film_copy: id int(11) unsigned pk, title varchar(255), kind enum('a','b,c'), made timestamp, key varchar(20), lang_id smallint",
    ]);
  });

  it("leaves out keys whose target is not there", () => {
    const schema = parseDdl(
      "CREATE TABLE a (x INT REFERENCES gone(y), z INT REFERENCES b(nope)); CREATE TABLE b (y INT)",
    );
    expect(outline(schema)).toEqual(["a: x INT, z INT", "b: y INT"]);
  });

  it.each([
    ["SELECT 1", /No CREATE TABLE with columns was found/],
    ["CREATE TABLE t AS SELECT 1", /No CREATE TABLE with columns was found/],
    ["CREATE TABLE a (x INT);\nCREATE TABLE t (\n a INT,\n b TEXT", /line 2: this "\(" is never closed/],
    ["CREATE TABLE t ()", /table t has no columns/],
    ["CREATE TABLE t", /table t has no column list/],
    ["CREATE TABLE t (a INT, A TEXT)", /table t has two columns named A/],
    ["CREATE TABLE t (a INT);\n\nCREATE TABLE T (b INT)", /line 3: table T is defined twice/],
    ["CREATE TABLE t (a TEXT DEFAULT 'open)", /line 1: this is never closed or is no sqlite SQL: 'open/],
    ["CREATE TABLE t (a INT, FOREIGN KEY (a) b)", /REFERENCES was expected after FOREIGN KEY in t/],
    ["CREATE TABLE (a INT)", /a name was expected, found \(/],
  ])("names what is wrong in %j", (ddl, message) => {
    expect(() => parseDdl(ddl)).toThrow(message);
  });

  it("takes a given dialect over its own guess", () => {
    expect(parseDdl("CREATE TABLE T (Name TEXT)", { dialect: "postgresql" }).tables[0]).toMatchObject({
      name: "t",
      columns: [{ name: "name" }],
    });
  });
});

describe("detectDialect", () => {
  it.each([
    ["CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)", "sqlite"],
    ["CREATE TABLE t (a INT, b VARCHAR(20))", "sqlite"],
    ["CREATE TABLE t (uuid TEXT, enum TEXT)", "sqlite"],
    ["CREATE TABLE [a] ([1] INT, b TEXT)", "sqlite"],
    ["CREATE TABLE t (a SERIAL PRIMARY KEY)", "postgresql"],
    ["CREATE TABLE t (a int[])", "postgresql"],
    ["CREATE TABLE t (a uuid, b timestamptz)", "postgresql"],
    ["CREATE TABLE t (a INT) ENGINE=InnoDB", "mysql"],
    ["CREATE TABLE `t` (`a` int)", "mysql"],
    ["CREATE TABLE t (a INT UNSIGNED AUTO_INCREMENT)", "mysql"],
  ])("%s: %s", (ddl, dialect) => {
    expect(detectDialect(ddl)).toBe(dialect);
  });
});
