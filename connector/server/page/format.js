// Values as people read them: times, durations, sizes, colors, links, pictures.

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;
const UNITS = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

export const isTime = (value) => typeof value === "string" && TIME.test(value) && !Number.isNaN(Date.parse(value));
/** Whether a number is a time of this century in milliseconds since 1970; amounts are hardly ever that large. */
export const isEpoch = (value) => Number.isInteger(value) && value >= 946_684_800_000 && value < 4_102_444_800_000;
export const isColor = (value) => typeof value === "string" && /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(value);
export const isLink = (value) => typeof value === "string" && /^https?:\/\/[^\s<>"]+$/i.test(value);
export const isPicture = (value) => typeof value === "string" && /^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i.test(value);

/** “26 Nov 2026, 10:05:07” in the reader's time zone. */
export function timeText(value, locale = undefined, timeZone = undefined) {
  const options = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  return new Intl.DateTimeFormat(locale, { ...options, hour12: false, timeZone }).format(new Date(value));
}

/** “2 minutes ago”, “in 3 days”. */
export function agoText(value, now = Date.now(), locale = "en") {
  const seconds = (Date.parse(value) - now) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/** Seconds as “12 ms”, “1.4 s” or “2 min 5 s”. */
export function durationText(seconds) {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** A long time in seconds as “9 min”, “3 h 20 min” or “7 d 2 h”. */
export function spanText(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const [large, small, units] = minutes < 1440 ? [Math.floor(minutes / 60), minutes % 60, ["h", "min"]] : [Math.floor(minutes / 1440), Math.round((minutes % 1440) / 60), ["d", "h"]];
  return `${large} ${units[0]}${small > 0 ? ` ${small} ${units[1]}` : ""}`;
}

export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export const pretty = (value) => JSON.stringify(value, null, 2);

/** Whether a value is a file: {"$content-type", "$content"}. */
export const isFile = (value) => value !== null && typeof value === "object" && typeof value.$content === "string" && typeof value["$content-type"] === "string";

/** A number of bytes as people say it: “12 bytes”, “24 kB”, “1.5 MB”. */
export function sizeText(bytes) {
  if (bytes < 1000) return plural(bytes, "byte");
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1).replace(/\.0$/, "")} MB`;
}

export const isEmpty = (value) => value === null || value === undefined;

/** A text up to `longest` characters, cut with an ellipsis. */
export const short = (text, longest = 80) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** One value of a table's cell in a line of text. */
export function cellText(value) {
  if (isEmpty(value)) return "";
  if (Array.isArray(value)) return value.every((item) => typeof item !== "object") ? value.join(", ") : plural(value.length, "row");
  if (isFile(value)) return value.$filename || "File";
  if (typeof value === "object") return JSON.stringify(value);
  return typeof value === "boolean" ? (value ? "Yes" : "No") : String(value);
}

export function firstSentence(text) {
  const end = text.search(/[.!?](\s|$)/);
  return end < 0 ? text : text.slice(0, end + 1);
}
