// The words of the page, all from words.json, and numbers as people write them.

const words = await (await fetch("/static/words.json")).json();

/** The text of a key, with {name} filled in from `values`; the key itself if there is no such text. */
export function say(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Fill in every element that names its words. */
export function fillIn(root = document) {
  for (const element of root.querySelectorAll("[data-word]")) element.textContent = say(element.dataset.word);
  for (const element of root.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
}

export function number(value, digits = 0) {
  if (value === null || value === undefined) return "–";
  const shown = value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: 0 });
  return shown === "-0" ? "0" : shown.replace("-", "−");
}

/** As many digits as a number of its size needs. */
export const short = (value) => number(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
export function signed(value, digits = 0) {
  const shown = number(value, digits);
  return value > 0 && shown !== "0" ? `+${shown}` : shown;
}
export const percent = (value) => `${number(100 * value, 1)} %`;

export const pairsSaid = (count) => say(count === 1 ? "pairs.one" : "pairs", { count });

/** The day of a week where the market has a start, as 2027-03-01; empty where it has none. */
export function dayOf(start, week) {
  if (!start || !Number.isFinite(week)) return "";
  const day = new Date(`${start}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + Math.floor(7 * week));
  return Number.isNaN(day.getTime()) ? "" : day.toISOString().slice(0, 10);
}

/** A mean with its interval over so many pairs, as one text; values without a spread have none. */
export function interval({ mean, low, high }, pairs, show = number) {
  if (low === null) return show(mean);
  if (low === high) return `${show(mean)} (${say("interval.none", { pairs })})`;
  const digits = show(low) === show(high) ? 2 : undefined; // rounding must not make it look as if it had no width
  return `${show(mean)} (${show(low, digits)} to ${show(high, digits)})`;
}

/** Set the font of a canvas so that words are at most so wide. */
export function fitting(pen, words, weight, size, family, width) {
  pen.font = `${weight} ${size}px ${family}`;
  const wide = pen.measureText(words).width;
  if (wide > width) pen.font = `${weight} ${(size * width) / wide}px ${family}`;
}

/** An element with attributes, listeners (onclick) and children; texts are texts, never markup. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
