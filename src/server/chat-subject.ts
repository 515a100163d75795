import type { ChatRequest } from "./chat-request.js";
import type { Databases } from "./databases.js";
import { HttpError } from "./http-error.js";
import { type Subject, subjectOf } from "./schema-of-request.js";

/** A chat as a question about a schema; `subject` is null where the chat tells none. */
export interface ChatQuestion {
  question: string;
  subject: Subject | null;
}

type Message = ChatRequest["messages"][number];

/**
 * The last user message is the question. The schema is that of the database in `metadata.database`; else the CREATE TABLE
 * statements or TABLE: lines of a system message, the last one that has any; else a known database whose name stands in
 * a system message as a word. The rest of a system message is not used: the model is asked with the prompt that it was trained with.
 *
 * @throws HttpError 400, 404
 */
export function readChat(
  { messages, metadata }: ChatRequest,
  databases: Databases,
  client: string | null = null,
): ChatQuestion {
  const question = textOf(messages.findLast(({ role }) => role === "user"));
  if (question.trim() === "") {
    throw new HttpError(400, "messages has no user message with a text: the last one is the question.", {
      param: "messages",
    });
  }
  const system = messages.filter(({ role }) => role === "system" || role === "developer").map(textOf);
  if (metadata?.database !== undefined) {
    const database = databases.get(metadata.database);
    return { question, subject: { schema: database.schema, database } };
  }
  const written = system.map(schemaIn).findLast((text) => text !== null);
  if (written != null) return { question, subject: subjectOf(written, databases, client) };
  return { question, subject: namedIn(system, databases) };
}

function textOf(message: Message | undefined): string {
  const content = message?.content;
  if (content == null) return "";
  if (typeof content === "string") return content;
  const other = content.find((part) => part.type !== "text");
  if (other) {
    throw new HttpError(400, `A message has content of type ${JSON.stringify(other.type)}; only text is read.`, {
      param: "messages",
    });
  }
  return content.map((part) => part.text ?? "").join("\n");
}

/** From where the schema begins, with what explains it before left out. */
function schemaIn(text: string): string | null {
  const start = text.search(/\bCREATE\s+(?:TEMP(?:ORARY)?\s+)?TABLE\b|^[ \t]*TABLE:/im);
  return start < 0 ? null : text.slice(start);
}

/** @throws HttpError 400 where several databases are named */
function namedIn(texts: readonly string[], databases: Databases): Subject | null {
  const words = new Set(texts.flatMap((text) => text.match(/[A-Za-z0-9][\w.-]*\w|\w/g) ?? []));
  const named = databases.all.filter(({ name }) => words.has(name));
  if (named.length > 1) {
    const names = named.map(({ name }) => name).join(", ");
    throw new HttpError(400, `The system message names several databases: ${names}. Say which by metadata.database.`, {
      param: "messages",
    });
  }
  return named[0] ? { schema: named[0].schema, database: named[0] } : null;
}
