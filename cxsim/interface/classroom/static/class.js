// What the three pages of a class share: words, asking the server, keeping up with it.

const words = JSON.parse(document.getElementById("words").textContent);
const EVERY = 2000; // milliseconds between two questions
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export const $ = (id) => document.getElementById(id);
export const count = (value) => number.format(Math.abs(value) < 0.5 ? 0 : value);
export const signed = (value) => (value >= 0.5 ? "+" : "") + count(value);

export function say(key, values = {}, group = "page") {
  return words[group][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function show(id, visible) {
  $(id).hidden = !visible;
}

/** An element with text, classes and children; text is always text, never markup. */
export function make(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

/** An element of a drawing. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A key after the # of the address, taken out of the address at once. */
export function keyInAddress() {
  const key = location.hash.slice(1);
  if (key) history.replaceState(null, "", location.pathname);
  return key;
}

/** What the server says; a refusal is thrown with its words and status. */
export async function ask(path, body) {
  const sent = body === undefined ? {} : {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(path, { ...sent, signal: AbortSignal.timeout(15000) });
  } catch {
    throw Object.assign(new Error(say("reconnecting")), { status: 0 });
  }
  const said = await response.json();
  if (!response.ok) throw Object.assign(new Error(said.error), { status: response.status });
  return said;
}

export function trouble(error) {
  $("trouble").textContent = error ? error.message : "";
  show("trouble", Boolean(error));
}

/** Do something for a visitor; what goes wrong is told at the end of the form it was asked in, or at the top. */
export async function attempt(work, form = null) {
  const fault = form && (form.querySelector(".fault") ?? form.appendChild(make("p", { class: "fault", role: "alert" })));
  try {
    await work();
    trouble(null);
    if (fault) fault.textContent = "";
  } catch (error) {
    if (fault) fault.textContent = error.message;
    else trouble(error);
    fault?.scrollIntoView({ block: "nearest" });
  }
}

/** Send a form; what its own fields say to what was typed comes first. */
export function onSubmit(form, work) {
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const wrong = [...form.elements].find((field) => field.dataset.empty && !field.checkValidity());
      wrong?.focus();
      if (wrong) throw new Error(wrong.dataset.empty);
      await work();
    }, form);
  });
}

/** Hide what the page has no room for, from the end, and say how much there is of it. */
export function fit(list, more) {
  const items = [...list.children];
  for (const item of items) item.hidden = false;
  more.textContent = "";
  const room = document.querySelector("main");
  for (let left = items.length - 1; left > 0 && room.scrollHeight > room.clientHeight + 1; left--) {
    items[left].hidden = true;
    more.textContent = say("and_more", { more: items.length - left });
  }
}

/** What is asked, as buttons of which one can be down; `tapped` hears which. */
export function question(field, words, options, value, tapped) {
  const buttons = options.map((option, place) => {
    const id = `${field}-${place}`;
    const input = make("input", { type: "radio", name: field, id });
    input.checked = option.value === value;
    input.addEventListener("change", () => tapped(option.value));
    const label = make("label", { for: id }, make("span", { text: option.words, class: "name" }));
    if (option.more) label.append(make("span", { text: option.more, class: "small block" }));
    return make("div", { class: "card" }, input, label);
  });
  return make("fieldset", {}, make("legend", { text: words }), ...buttons);
}

/** Ask again and again, calling `changed` when there is news; `refused` when the key opens nothing (any more). */
export function keepUp(path, changed, refused = () => {}) {
  let last = "";
  let lostTrack = false;
  async function once() {
    try {
      const state = await ask(path());
      const text = JSON.stringify(state) + path();
      if (lostTrack) trouble(null);
      lostTrack = false;
      if (text !== last) {
        await changed(state);
        last = text;
      }
    } catch (error) {
      last = "";
      if (error.status === 401) {
        if (lostTrack) trouble(null);
        lostTrack = false;
        refused(error);
      } else {
        lostTrack = true;
        trouble(error);
      }
    }
  }
  let under = Promise.resolve();
  const now = () => (under = under.then(once));
  const again = () => now().then(() => setTimeout(again, EVERY * (0.9 + 0.2 * ((performance.now() % 100) / 100))));
  again();
  return now;
}

/** The head of the page, and the menu whenever the rules have changed. */
let menu = null;
let menuFor = "";
export async function head(state) {
  if (menuFor !== state.rules) {
    menu = await ask("/class/menu");
    menuFor = state.rules;
  }
  $("market").textContent = menu.market;
  $("round").textContent = say("round", { round: state.round, rounds: state.rounds });
  $("phase").textContent = say(state.phase, {}, "phase");
  document.body.dataset.phase = state.phase;
  return menu;
}

/** Where lines end in the market as it is. */
export function putBriefing(menu) {
  const most = Math.max(...menu.lines.map((line) => line.high));
  const bar = (line) => draw(
    "svg", { class: "share", height: 10, width: "100%", "aria-hidden": "true" },
    draw("rect", { class: "lines", width: `${(100 * line.mean) / most}%`, height: 10 }),
    draw("line", { class: "interval", x1: `${(100 * line.low) / most}%`, x2: `${(100 * line.high) / most}%`, y1: 5, y2: 5 }),
  );
  const words = (line) => say("briefing_line", {
    stage: say(line.stage, {}, "stage"), mean: count(line.mean), low: count(line.low), high: count(line.high), cause: line.cause,
  });
  $("briefing-lines").replaceChildren(...menu.lines.map((line) => make("li", {}, make("span", { text: words(line) }), bar(line))));
  $("briefing-hint").textContent = say("briefing_hint", { brand: menu.brand, worlds: menu.worlds });
}

/** What a team is doing, in a word. */
export function doing(team, phase) {
  if (phase === "setup") return say("joined");
  if (team.committed) return say("has_committed");
  return phase === "open" ? say("still_choosing") : say("nothing");
}

/** The ways to a team for another phone: a link as a picture (drawn by the server) and as text, and a code to type. */
export function putLink(place, { link, qr, code, address }) {
  const image = make("img", { alt: "", src: `data:image/svg+xml,${encodeURIComponent(qr)}` });
  const letters = make("strong", { text: `${code.slice(0, 3)} ${code.slice(3)}`, class: "letters" });
  const typed = make("p", { text: say("code_here", { address }) });
  place.replaceChildren(image, make("code", { text: link }), typed, letters, make("p", { text: say("code_good"), class: "small" }));
}
