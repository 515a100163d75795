import { z } from "zod";
import { key } from "./key.js";

const path = () => z.string().min(1).nullable();
const rows = () => z.int().min(1).nullable();

export const dataSection = z.strictObject({
  dataset_name: key(
    z.enum(["sample", "spider", "spider-csv", "wikisql", "wikisql-original", "sql-create-context", "jsonl"]),
    "wikisql",
    "Where the questions come from: sample (comes with sqltune), spider (JSON + tables.json), spider-csv (text_query,sql_command), wikisql and sql-create-context (the Hub's tables), wikisql-original (jsonl + tables), jsonl (question, sql and schema or db).",
  ),
  path: key(path(), null, "Folder or file of the data set; null takes the copy that `sqltune pull` made."),
  csv: key(path(), null, "CSV file of spider-csv; null is data/spider_text_sql.csv."),
  databases: key(
    path(),
    null,
    "Folder of the SQLite databases (DB/DB.sqlite or DB.sqlite); null looks in `database` beside the data. Needed for execution accuracy.",
  ),
  suites: key(
    path(),
    null,
    "Folder of the test suites (DB/*.sqlite, several databases of each schema). Needed for test-suite accuracy.",
  ),
  pipeline: key(
    path(),
    null,
    "Your own data source, ./my.ts#MyPipeline: a class with prepare(). Takes the place of dataset_name.",
  ),
  split: key(
    z.enum(["auto", "given", "database", "random"]),
    "auto",
    "given: the source's own train, validation and test. database: no database stands in two of them. random: rows are drawn as the seed project draws them. auto: given where the source has splits, else database where rows name one, else random.",
  ),
  val_split_ratio: key(
    z.number().gt(0).lt(1),
    0.1,
    "Share held out by the database and random splits; half of it is validation, half test.",
  ),
  max_train_samples: key(rows(), null, "Use only the first N rows (of a CSV before it is split); null uses all."),
  max_val_samples: key(rows(), null, "Use only the first N rows of validation and of test; null uses all."),
  prompt: key(
    z.enum(["chat", "inst"]),
    "chat",
    "Prompt program: chat is the model's own chat template, inst the seed project's [INST] text.",
  ),
  system_prompt: key(z.string().nullable(), null, "System message of the chat prompt; null is sqltune's own."),
  schema_format: key(
    z.enum(["ddl", "compact", "table_line"]),
    "ddl",
    "How a schema is written: CREATE TABLE statements, one short line a table, or the seed project's TABLE: line.",
  ),
  shuffle_schema: key(
    z.boolean(),
    false,
    "Shuffle tables and columns anew for each group of training questions, so that names are read and not remembered.",
  ),
  strict: key(
    z.boolean(),
    false,
    "Stop when a gold query does not run or a row cannot be read. Otherwise such rows are left out and named.",
  ),
});
