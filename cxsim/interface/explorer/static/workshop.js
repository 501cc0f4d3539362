// The page: what is chosen, what the address holds, what the server says; everything else is in the other files.

import { ask, untilReady } from "./asking.js";
import { by, Controls } from "./controls.js";
import { listPeople, showLife } from "./life.js";
import { fromHash, newPlan, toHash } from "./plan.js";
import { showMoney, showResult } from "./result.js";
import { Rings } from "./ring.js";
import { fillIn, interval, make, number, say } from "./words.js";

const MOST_TEXT = 24000;
const FILES = ["plan.toml", "market.toml", "results.zip", "report.html"];

fillIn();
document.title = say("page.title");
const choices = await (await fetch("/api/choices")).json();
const controls = new Controls(choices, changed);
const rings = new Rings({ base: by("ring-base"), plan: by("ring-plan") }, { chosen: follow, moved: showWeek });
let shown = null; // the plan whose result is on the page
let running = null;

function changed() {
  if (shown) by("status").textContent = say(JSON.stringify(shown) === JSON.stringify(controls.plan) ? "run.ready" : "run.changed");
}

function complain(words) {
  by("error").textContent = words;
  by("error").hidden = !words;
}

/** The market of a plan: a ready one, or what the server finds in a file. */
async function marketOf(plan) {
  if (!plan.file) return { market: choices.markets.find((each) => each.name === plan.market) ?? choices.markets[0], interventions: [] };
  return (await ask("/api/read", { text: plan.file })).json();
}

/** Show a plan in the controls. */
async function put(plan) {
  const { market, interventions } = await marketOf(plan);
  controls.show(plan, market, interventions);
}

/** Compute the plan in the controls and show what comes of it. */
async function run({ remember = true } = {}) {
  const plan = structuredClone(controls.plan);
  if (remember) {
    const hash = `#${await toHash(plan)}`;
    if (hash !== location.hash) history.pushState(null, "", hash);
  }
  running?.abort();
  const mine = (running = new AbortController());
  complain("");
  by("run").disabled = true;
  const busy = say("run.busy", { people: number(plan.people), weeks: plan.weeks, replications: plan.replications });
  try {
    await untilReady((seconds) => (by("status").textContent = say("run.starting", { seconds })), mine.signal);
    by("status").textContent = busy;
    const waiting = (seconds) => (by("status").textContent = say("run.waiting", { seconds }));
    const answer = await (await ask("/api/compare", plan, { signal: mine.signal, waiting })).json();
    shown = plan;
    by("answer").hidden = false;
    showResult(answer, plan);
    showRings(answer);
    changed();
    return true;
  } catch (error) {
    if (error.name === "AbortError") return false;
    by("status").textContent = "";
    complain(error.message);
    return false;
  } finally {
    if (running === mine) by("run").disabled = false;
  }
}

function showRings(answer) {
  const { ring, replications } = answer;
  const same = answer.changes === 0;
  by("week").max = answer.weeks;
  by("ring-plan-figure").hidden = by("only-row").hidden = same;
  by("only").checked = false;
  rings.showOnly(false);
  rings.show(answer);
  const dots = { pair: number(ring.replication + 1), replications, each: number(ring.each, 1) };
  by("ring-caption").textContent = `${say(same ? "ring.caption.asitis" : "ring.caption", dots)} ${say("ring.figures", dots)}`;
  by("only-said").textContent = say("ring.only", { count: number(ring.differ) });
  showLegend(same ? {} : { rescued: answer.rescued, lost: answer.broken }, replications);
  listPeople(ring.dots);
}

function showLegend(halos, replications) {
  const states = ["first", "referred", "loop", "line"].map((state) => make("li", { class: state }, say(`legend.${state}`)));
  const halo = ([name, people]) => make("li", { class: `halo ${name}` }, say(`legend.${name}`, { people: interval(people, replications) }));
  by("legend").replaceChildren(...states, ...Object.entries(halos).map(halo));
}

function showWeek() {
  if (!rings.ring) return;
  by("week").value = rings.week;
  by("week-said").textContent = say("ring.at", { week: rings.week, weeks: rings.weeks });
  by("week").setAttribute("aria-valuetext", by("week-said").textContent);
  by("play").textContent = say(rings.playing ? "ring.pause" : rings.at >= rings.last ? "ring.again" : "ring.play");
}

function follow(person) {
  by("person").value = String(person);
  rings.select(person);
  showLife(shown, rings.ring.dots.find((dot) => dot.person === person), rings.ring.replication);
}

async function takeLink() {
  const address = location.href;
  try {
    await navigator.clipboard.writeText(address);
    by("take-said").textContent = say("take.copied");
  } catch {
    by("take-said").textContent = say("take.copy", { address });
  }
}

async function takeFile(name) {
  try {
    const file = await (await ask(`/api/${name}`, shown)).blob();
    const link = make("a", { href: URL.createObjectURL(file), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    by("take-said").textContent = "";
  } catch (error) {
    by("take-said").textContent = error.message;
  }
}

async function bringFile() {
  const [file] = by("file").files;
  if (!file) return;
  const text = await file.text();
  by("file").value = "";
  if (text.length > MOST_TEXT) return complain(say("file.large", { size: number(text.length) }));
  try {
    complain("");
    const { market, interventions } = await (await ask("/api/read", { text })).json();
    controls.show({ ...newPlan(market), market: "", file: text }, market, interventions);
    run();
  } catch (error) {
    complain(error.message);
  }
}

/** Show and compute what the address says; without a plan in it, the market that a first visitor meets. */
async function open() {
  try {
    const first = choices.markets.find((each) => each.name === "restaurant") ?? choices.markets[0];
    const { plan, wrong } = (await fromHash(location.hash, choices)) ?? { plan: newPlan(first), wrong: [] };
    await put(plan);
    changed();
    if (wrong.length) return complain(say("error.link", { parts: wrong.join(", ") }));
    await run({ remember: false });
  } catch (error) {
    complain(error.message);
  }
}

function paintTheme() {
  by("theme").textContent = say(document.documentElement.dataset.theme === "dark" ? "theme.light" : "theme.dark");
}

by("market").addEventListener("change", async () => {
  await put(newPlan(choices.markets.find((each) => each.name === by("market").value)));
  changed();
});
by("plan").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await run()) { by("result").focus({ preventScroll: true }); by("result").scrollIntoView({ block: "start" }); }
});
by("clear").addEventListener("click", async () => { await put({ ...newPlan(controls.market), file: controls.plan.file, market: controls.plan.market }); changed(); });
by("file").addEventListener("change", bringFile);
by("file-drop").addEventListener("click", async () => { await put(newPlan(choices.markets[0])); changed(); });
by("play").addEventListener("click", () => (rings.playing ? rings.stop() : rings.play()));
by("week").addEventListener("input", () => rings.seek(Number(by("week").value)));
by("person").addEventListener("change", () => by("person").value && follow(Number(by("person").value)));
by("theme").addEventListener("click", () => {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("cxsim-theme", theme); } catch { /* then only for now */ }
  paintTheme();
  rings.paint();
  showMoney();
});
by("only").addEventListener("change", () => rings.showOnly(by("only").checked));
by("take").append(make("button", { type: "button", class: "quiet", onclick: takeLink }, say("take.link")),
  ...FILES.map((name) => make("button", { type: "button", class: "quiet", onclick: () => takeFile(name) }, say(`take.${name.split(".")[0]}`))));
addEventListener("popstate", open);
paintTheme();
await open();
document.documentElement.dataset.ready = "";
