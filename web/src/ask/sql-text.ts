import { createStore } from "../state/store.js";

/** What stands in the SQL editor: the answer, or what the reader has made of it. */
export const editedSql = createStore("");
