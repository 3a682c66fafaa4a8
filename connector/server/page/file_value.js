// Files: picking one, showing one, and saving one. A file is {"$content-type", "$content" (base64), "$filename"}.

import { html, useState } from "./vendor/preact-htm.js";
import { Icon } from "./icons.js";
import { isFile, sizeText } from "./format.js";

const MOST_BYTES = 5_000_000; // As base64 it fits into what the server reads.
const PIECE = 0x8000;

/** The control of a file; its draft is {name, data}, `data` being what is sent. */
export function FilePicker({ value, change, aria, title, own }) {
  const [problem, setProblem] = useState("");
  async function picked(event) {
    const file = event.target.files[0];
    if (!file) return;
    if (file.size > MOST_BYTES) return setProblem(`This file is larger than ${sizeText(MOST_BYTES)}. Send it with the command line.`);
    setProblem("");
    change({ name: file.name, data: await dataOf(file, own) });
  }
  return html`
    <div class="file">
      <input ...${aria} type="file" onChange=${picked} />
      ${value && html`<span>${value.name || "A file"}${isFile(value.data) && `, ${sizeText(bytesIn(value.data.$content))}`}</span>
        <button type="button" class="quiet" aria-label=${`Remove the file of ${title}`} onClick=${() => change(undefined)}><${Icon} name="close" /></button>`}
      ${problem && html`<p class="problem">${problem}</p>`}
    </div>
  `;
}

async function dataOf(file, own) {
  if (own.format === "binary" && own.contentEncoding === undefined && !own["x-file"]) return file.text();
  const content = base64Of(new Uint8Array(await file.arrayBuffer()));
  if (!own["x-file"]) return content;
  return { "$content-type": file.type || "application/octet-stream", $content: content, $filename: file.name };
}

function base64Of(bytes) {
  let text = "";
  for (let start = 0; start < bytes.length; start += PIECE) text += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  return btoa(text);
}

const bytesIn = (base64) => Math.floor((base64.length * 3) / 4) - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0);

const PICTURE_TYPE = /^image\/(png|jpeg|gif|webp|svg\+xml)(;|$)/i;

/** A file of a result: its picture if it is one, and a button that saves it. */
export function FileValue({ value, compact }) {
  const { "$content-type": type, $content: content, $filename: name } = value;
  const save = () => {
    const bytes = Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([bytes], { type }));
    const link = Object.assign(document.createElement("a"), { href: url, download: name || "download" });
    link.click();
    URL.revokeObjectURL(url);
  };
  return html`
    <span class="file-value">
      ${!compact && PICTURE_TYPE.test(type) && html`<img class="picture" src=${`data:${type};base64,${content}`} alt=${name || "Picture"} />`}
      <span>${name || "File"} <span class="muted">${type}, ${sizeText(bytesIn(content))}</span></span>
      <button type="button" class="quiet small" onClick=${save}>Download <span class="sr">${name || "the file"}</span></button>
    </span>
  `;
}
