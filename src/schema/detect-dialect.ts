import type { Dialect } from "./types.js";

const MYSQL = [
  /\bAUTO_INCREMENT\b/i,
  /\)\s*(?:ENGINE|TYPE|DEFAULT\s+CHARSET|CHARSET|COLLATE)\s*=/i,
  /\bENGINE\s*=\s*(?:InnoDB|MyISAM|MEMORY)\b/i,
  /\b(?:TINY|MEDIUM)INT\b/i,
  /\b(?:MEDIUM|LONG|TINY)(?:TEXT|BLOB)\b/i,
  /\bUNSIGNED\b|\bZEROFILL\b/i,
  /\b(?:ENUM|SET)\s*\(\s*'/i,
  /\bFULLTEXT\s+(?:KEY|INDEX)\b/i,
  /\/\*!\d{5}/,
  /\bCOMMENT\s+'/i,
  /CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?`/i,
];

const POSTGRESQL = [
  /\b(?:BIG|SMALL)?SERIAL\b/i,
  /::\s*[a-z_"]/i,
  /\bcharacter\s+varying\b/i,
  /\b(?:timestamp|time)\s*(?:\(\d\))?\s+with(?:out)?\s+time\s+zone\b/i,
  /[\w"]\s+(?:timestamptz|jsonb|bytea|uuid|inet|tsvector|citext|hstore)\b/i,
  /\bALTER\s+TABLE\s+ONLY\b/i,
  /\bGENERATED\s+(?:ALWAYS|BY\s+DEFAULT)\s+AS\s+IDENTITY\b/i,
  /\bCREATE\s+(?:UNLOGGED\s+TABLE|SEQUENCE|EXTENSION|TYPE)\b/i,
  /\bnextval\s*\(/i,
  /\bSET\s+search_path\b/i,
  /\w(?:\(\d+\))?\[\d*\]\s*(?:,|\)|NOT\b|DEFAULT\b|$)/im,
  /\bpublic\s*\.\s*["a-z]/i,
];

const SQLITE = [
  /\bAUTOINCREMENT\b/i,
  /\bWITHOUT\s+ROWID\b/i,
  /^\s*PRAGMA\b/im,
  /\bsqlite_sequence\b/i,
  /\)\s*STRICT\s*(?:;|$)/i,
];

/**
 * Guesses whose DDL this is from what only one of the three writes; plain SQL that all three read counts as SQLite's.
 * The guess decides how literals are read (backslashes, dollar quotes) and how names are quoted later.
 */
export function detectDialect(ddl: string): Dialect {
  const score = (marks: RegExp[]) => marks.filter((mark) => mark.test(ddl)).length;
  const sqlite = score(SQLITE);
  const mysql = score(MYSQL);
  const postgresql = score(POSTGRESQL);
  if (sqlite >= mysql && sqlite >= postgresql) return "sqlite";
  return mysql > postgresql ? "mysql" : "postgresql";
}
