/** A table's name as people speak of its rows: "order_item" is "order items". */
export function plural(name: string): string {
  const text = words(name);
  if (/s$/i.test(text)) return text;
  if (/[^aeiou]y$/i.test(text)) return `${text.slice(0, -1)}ies`;
  return /(?:ch|sh|x|z)$/i.test(text) ? `${text}es` : `${text}s`;
}

/** A name of a schema as words. */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}
