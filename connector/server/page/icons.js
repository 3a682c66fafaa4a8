// Line icons, 24 by 24, drawn in the color of the text. They are decoration: the text beside them, or a label, says the same.

import { html } from "./vendor/preact-htm.js";

const PATHS = {
  alert: "M12 8v5M12 16.5v.01M12 3l9.5 17h-19z",
  bell: "M6 9a6 6 0 0 1 12 0c0 6 2.5 7.5 2.5 7.5h-17S6 15 6 9M10 20a2.2 2.2 0 0 0 4 0",
  chat: "M4 5h16v11H11l-5 4v-4H4z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  chevron: "M7 10l5 5 5-5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3.5 2",
  close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
  eyeOff: "M4 4l16 16M10 6a10 10 0 0 1 2-.3c6 0 9.5 6.3 9.5 6.300a17 17 0 0 1-2.7 3.500M6.5 7.800A17 17 0 0 0 2.5 12S6 18.3 12 18.300a9 9 0 0 0 4-.9",
  file: "M6 3h8l4 4v14H6zM14 3v5h4",
  inbox: "M3.5 13l3-8h11l3 8v6h-17zM3.5 13h5l1.5 3h4l1.5-3h5",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4.2 4.2 0 0 0-6-6l-1.5 1.500M14 10a4 4 0 0 0-6-.4l-3 3a4.2 4.2 0 0 0 6 6l1.5-1.5",
  list: "M8.5 6H20M8.5 12H20M8.5 18H20M4 6h.01M4 12h.01M4 18h.01",
  mail: "M3 5.500h18v13H3zM3.5 6.500L12 13l8.5-6.5",
  phone: "M7 2.500h10v19H7zM11 18.500h2",
  play: "M8 5.500v13l10.5-6.500z",
  plus: "M12 5v14M5 12h14",
  refresh: "M20 11a8 8 0 0 0-14.5-4L3.5 9M3.5 4v5h5M4 13a8 8 0 0 0 14.5 4l2-2M20.5 20v-5h-5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.500L20.5 20.5",
  stop: "M7 7h10v10H7z",
  terminal: "M4 5l6 6-6 6M12 18h8",
  trash: "M4 7h16M9.5 7V4h5v3M6 7l1 13.500h10L18 7M10 11v6M14 11v6",
  wand: "M4 20L15 9M17.5 3v4M15.5 5h4M20 11v3M18.5 12.500h3M9 3.500v3M7.5 5h3",
};

const FILLED = new Set(["play", "stop"]);

export const Icon = ({ name, size = 16 }) => html`
  <svg class="icon" viewBox="0 0 24 24" width=${size} height=${size} aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} fill=${FILLED.has(name) ? "currentColor" : "none"} stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
`;
