// Colors for code: strings, numbers, comments and words of the language. A helper for the eye, no parser.

import { html } from "./vendor/preact-htm.js";

const WORDS = "and|as|async|await|const|else|False|for|from|if|import|in|let|None|not|null|print|return|True|true|false|try|except|with|def|class|new";
const KINDS = [
  ["comment", /(?:^|(?<=\s))#[^\n]*|\/\/[^\n]*/],
  ["key", /"(?:[^"\\\n]|\\.)*"(?=\s*:)/],
  ["string", /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\]|\\.)*'/],
  ["number", /\b-?\d+(?:\.\d+)?\b/],
  ["word", new RegExp(`\\b(?:${WORDS})\\b`)],
];
const KINDS_OF = { json: ["key", "string", "number", "word"], shell: ["string"] };
const LARGEST = 60_000;

/** The text in parts, as nodes: [“plain”, <span class="string">…</span>, …]. */
export function highlight(text, language) {
  if (language === "plain" || text.length > LARGEST) return text;
  return partsOf(text, language).map(([kind, part]) => (kind ? html`<span class=${`tok-${kind}`}>${part}</span>` : part));
}

/** [[kind or "", text]]; joined, the texts are the whole. */
export function partsOf(text, language) {
  const kinds = KINDS.filter(([kind]) => (KINDS_OF[language] ?? [kind]).includes(kind));
  const pattern = new RegExp(kinds.map(([kind, source]) => `(?<${kind}>${source.source})`).join("|"), "g");
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) parts.push(["", text.slice(at, match.index)]);
    parts.push([Object.keys(match.groups).find((kind) => match.groups[kind] !== undefined), match[0]]);
    at = match.index + match[0].length;
  }
  return at < text.length ? [...parts, ["", text.slice(at)]] : parts;
}
