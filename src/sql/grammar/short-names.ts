/**
 * Names that a query may use for a table before FROM says which one it is (`SELECT T1.name FROM singer AS T1`): a letter,
 * a letter and a number up to 20, the beginnings of the tables' names and the first letters of their words, also with a digit.
 * Others can be given by AS as well, and be used from there on; a longer list would take misspelt columns for aliases.
 */
export function shortNames(tables: readonly string[]): string[] {
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  const numbers = Array.from({ length: 20 }, (_, i) => `${i + 1}`);
  const names = new Set(letters);
  for (const letter of letters) for (const digit of numbers.slice(0, 9)) names.add(letter + digit);
  for (const number of numbers) names.add(`t${number}`);
  for (const table of tables) {
    if (!/^[a-z][a-z0-9_]*$/.test(table)) continue;
    const parts = table.split("_").filter((part) => /^[a-z]/.test(part));
    const initials = parts.map((part) => part[0]).join("");
    for (const name of [table.slice(0, 2), table.slice(0, 3), table.slice(0, 4), initials]) {
      if (!/^[a-z][a-z0-9]*$/.test(name)) continue;
      names.add(name);
      for (const digit of ["1", "2", "3"]) names.add(name + digit);
    }
  }
  return [...names];
}
