// The HTML of an email as nodes of the page: structure and text only. Scripts, styles and everything unknown stay out.

import { html } from "./vendor/preact-htm.js";

const KEPT = new Set("a abbr b blockquote br button code em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s small span strong sub sup table tbody td th thead tr u ul".split(" "));
const DROPPED = new Set("head script style template iframe object embed noscript svg math title".split(" "));

/** The nodes for a text of HTML. Its styles are made ineffective first: the page's policy would block and report them. */
export function safeNodes(text) {
  const plain = text.replace(/(\sstyle)(?=\s*=)/gi, " data-style").replace(/<(\/?)style\b/gi, "<$1template");
  return [...new DOMParser().parseFromString(plain, "text/html").body.childNodes].map(nodeOf);
}

function nodeOf(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  const name = node.localName;
  if (DROPPED.has(name)) return null;
  const inner = [...node.childNodes].map(nodeOf);
  if (name === "img") return imageOf(node);
  if (name === "a" || name === "button") return html`<span class=${name === "a" ? "mail-link" : "mail-button"} title=${node.getAttribute("href") ?? ""}>${inner}</span>`;
  if (!KEPT.has(name)) return name === "div" || name === "center" ? html`<div>${inner}</div>` : inner;
  return ["br", "hr"].includes(name) ? html`<${name} />` : html`<${name}>${inner}</${name}>`;
}

/** Pictures in the message are shown; those on the web are only named, since loading them would tell that it was read. */
function imageOf(node) {
  const source = node.getAttribute("src") ?? "";
  const text = node.getAttribute("alt") ?? "";
  return source.startsWith("data:image/") ? html`<img src=${source} alt=${text} />` : html`<span class="mail-image" title=${source}>${text || "Picture"}</span>`;
}
