import type { SqlAnswer } from "../api/types.js";
import { Notice } from "../parts/notice.js";
import { useStore } from "../state/store.js";
import { editedSql } from "./sql-text.js";

/** What should be known of an answer before it is used. That it does not run is said where its rows would be. */
export function AnswerNotices({ answer }: { answer: SqlAnswer }) {
  const edited = useStore(editedSql).trim() !== answer.sql.trim();
  const { abstained, finish_reason, sql, parses, unknown_names: unknown, repairs = 0 } = answer;
  return (
    <>
      {abstained && (
        <Notice tone="unsure">
          <p>
            <strong class="notice-title">The model abstains.</strong> It is less sure than this server asks for: look at
            the SQL before you run it.
          </p>
        </Notice>
      )}
      {finish_reason === "length" && (
        <Notice tone="unsure">
          <p>
            <strong class="notice-title">Cut off.</strong> The answer reached the greatest length and is not complete.
          </p>
        </Notice>
      )}
      {sql === "" && (
        <Notice tone="wrong">
          <p>
            <strong class="notice-title">No SQL.</strong> The model wrote nothing that is a query. Ask in other words.
          </p>
        </Notice>
      )}
      {sql !== "" && !edited && !parses && (
        <Notice tone="wrong">
          <p>
            <strong class="notice-title">Not a query.</strong> This is not a SELECT as SQLite knows it.
          </p>
        </Notice>
      )}
      {!edited && unknown.length > 0 && (
        <Notice tone="wrong">
          <p>
            <strong class="notice-title">Unknown names.</strong> The schema has no{" "}
            {unknown.map((name, at) => (
              <span key={name}>
                {at > 0 && ", "}
                <code>{name}</code>
              </span>
            ))}
            .
          </p>
        </Notice>
      )}
      {repairs > 0 && (
        <Notice tone="quiet" icon="redo">
          <p>
            The first SQL did not run; this was written with SQLite's error in hand
            {repairs > 1 ? `, at the ${repairs}th try` : ""}.
          </p>
        </Notice>
      )}
    </>
  );
}
