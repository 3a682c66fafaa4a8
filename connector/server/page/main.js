// The start: load the catalogue, then draw the page.

import { html, render } from "./vendor/preact-htm.js";
import { App } from "./app.js";
import { useAccent } from "./accent.js";
import { catalogue } from "./server.js";

const root = document.getElementById("app");

try {
  const found = await catalogue();
  document.title = `${found.connector.title} actions`;
  useAccent(found.connector.brandColor);
  root.replaceChildren();
  render(html`<${App} catalogue=${found} />`, root);
} catch (error) {
  root.replaceChildren();
  render(html`<div class="starting" role="alert"><h1>The actions could not be loaded</h1><p>${error.message} ${error.error?.hint}</p></div>`, root);
}
