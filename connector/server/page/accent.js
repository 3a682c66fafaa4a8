// The one accent color: the connector's own, made dark or light enough to be read.

const READABLE = 4.6;
const PAPER = [255, 255, 255];
const NIGHT = [27, 28, 33];

export const parseColor = (text) => (/^#[0-9a-f]{6}$/i.test(text ?? "") ? [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)) : null);

function luminance(color) {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const mixed = (color, other, share) => color.map((part, at) => Math.round(part + (other[at] - part) * share));

/** The color, moved toward another one until it can be read on a background, also where that is tinted with the color. */
export function readableOn(color, background, toward, tint = 0.16) {
  for (let share = 0; share < 1; share += 0.04) {
    const tried = mixed(color, toward, share);
    if (contrast(tried, mixed(background, tried, tint)) >= READABLE) return tried;
  }
  return toward;
}

const css = (color) => `rgb(${color.join(" ")})`;

/** Set the page's accent colors for light and dark. */
export function useAccent(text) {
  const color = parseColor(text);
  if (color === null) return;
  const style = document.documentElement.style;
  style.setProperty("--brand-light", css(readableOn(color, PAPER, [0, 0, 0])));
  style.setProperty("--brand-dark", css(readableOn(color, NIGHT, [255, 255, 255])));
}
