/**
 * Offset at which a text stops being JSON (RFC 8259); the text's length when it only ends too early. JSON.parse does not
 * always say where, and says it differently from one Node to the next. Meant for text that JSON.parse rejected.
 */
export function jsonErrorPosition(text: string): number {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at += match[0].length;
    return match !== null;
  };
  const space = () => take(/[ \t\r\n]*/y);
  // Containers that are open, as their closing marks: no recursion, since depth is the input's choice.
  const open: string[] = [];
  let state: "value" | "key" | "after" = "value";
  for (;;) {
    space();
    if (state === "value") {
      if (take(/\[/y)) {
        space();
        if (take(/\]/y)) state = "after";
        else open.push("]");
      } else if (take(/\{/y)) {
        space();
        if (take(/\}/y)) state = "after";
        else {
          open.push("}");
          state = "key";
        }
      } else if (take(STRING) || take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y) || take(/true|false|null/y)) {
        state = "after";
      } else return at;
    } else if (state === "key") {
      if (!take(STRING)) return at;
      space();
      if (!take(/:/y)) return at;
      state = "value";
    } else {
      const closing = open.at(-1);
      if (closing === undefined) return at;
      if (take(/,/y)) state = closing === "}" ? "key" : "value";
      else if (text[at] === closing) {
        at++;
        open.pop();
      } else return at;
    }
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them bare in strings.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
