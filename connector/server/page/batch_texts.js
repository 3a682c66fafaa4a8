// The inputs of the form as texts for every row of a batch, in which {column} stands for a cell.

/** Texts stay as they are typed; of other values, whose JSON has braces too, the braces are doubled. */
export function asTemplates(inputs) {
  const text = (value) => (typeof value === "string" ? value : JSON.stringify(value).replace(/[{}]/g, "$&$&"));
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, text(value)]));
}
