// The page: what is chosen, what the address holds, what the server says; everything else is in the other files.

import { ask, askInSteps, found, persistently, untilReady } from "./asking.js";
import { by, Controls } from "./controls.js";
import { listPeople, showLife } from "./life.js";
import { firstPlan, fromHash, newPlan, toHash } from "./plan.js";
import { showMoney, showResult } from "./result.js";
import { Rings } from "./ring.js";
import { dayOf, fillIn, interval, make, number, pairsSaid, say } from "./words.js";

const MOST_TEXT = 24000;
const FILES = ["plan.toml", "market.toml", "results.zip", "report.html"];

fillIn();
document.title = say("page.title");
const choices = await (await fetch("/api/choices")).json();
const controls = new Controls(choices, changed);
const rings = new Rings({ base: by("ring-base"), plan: by("ring-plan") }, { chosen: follow, moved: showWeek });
let shown = null; // the plan whose result is on the page
let running = null;
let drawn = null; // for which run the rings are drawn
let start = ""; // the day on which week 0 of the market shown begins

function changed() {
  if (shown) by("status").textContent = say(JSON.stringify(shown) === JSON.stringify(controls.plan) ? "run.ready" : "run.changed");
}

/** Say what is wrong where it is seen, however far the page is scrolled; nothing takes it away. */
function complain(words) {
  by("error").textContent = words;
  by("complaint").hidden = !words;
}

/** The market of a plan, what a file plans in it, and what of the library cannot act in it. */
async function marketOf(plan) {
  if (plan.file) return (await ask("/api/read", { text: plan.file })).json();
  const market = choices.markets.find((each) => each.name === plan.market) ?? choices.markets[0];
  return { market, ...(await found(`/api/possible/${market.name}`)) };
}

/** Show a plan in the controls. */
async function put(plan) {
  controls.show(plan, await marketOf(plan));
}

/**
 * Compute the plan in the controls and show what comes of it, as it comes. Two promises: `begun` of the first answer (false if
 * there is none), and `done` of the end.
 */
function run({ remember = true } = {}) {
  const plan = structuredClone(controls.plan);
  running?.abort();
  const mine = (running = new AbortController());
  complain("");
  busy(true);
  let tell;
  const begun = new Promise((resolve) => (tell = resolve));
  const work = async () => {
    if (remember) await keepInAddress(plan);
    await persistently(() => live(plan, mine.signal, tell), (error) => lost(error, mine), mine.signal);
  };
  const done = work().catch((error) => error.name === "AbortError" || refused(error)).finally(() => {
    if (running === mine) busy(false);
    tell(false);
  });
  return { begun, done };
}

async function keepInAddress(plan) {
  const hash = `#${await toHash(plan)}`;
  if (hash !== location.hash) history.pushState(null, "", hash);
}

/** Ask for a plan and show each answer; `begun` hears of the first. */
async function live(plan, signal, begun) {
  const waiting = (seconds) => (by("status").textContent = say("run.waiting", { seconds }));
  await untilReady((seconds) => (by("status").textContent = say("run.starting", { seconds })), signal);
  by("status").textContent = say("run.busy", { people: number(plan.people), weeks: plan.weeks, replications: plan.replications });
  for await (const { pairs, of, answer } of askInSteps("/api/compare", plan, { signal, waiting })) {
    if (signal.aborted) return;
    complain("");
    shown = plan;
    by("answer").hidden = false;
    if (drawn !== signal) by("example").hidden = true;
    showResult(answer, plan, of);
    by("progress").value = pairs / of;
    showRings(answer, drawn === signal);
    drawn = signal;
    if (pairs < of) by("status").textContent = say("run.sofar", { pairs, of });
    else changed();
    begun(true);
  }
}

function busy(is) {
  by("run").disabled = is;
  by("progress").hidden = !is;
  by("progress").removeAttribute("value");
}

/** The server does not answer: say so, and go on asking; what is shown stays, and another plan may be run. */
function lost(error, mine) {
  if (running !== mine) return;
  by("run").disabled = false;
  by("status").textContent = say("run.again");
  complain(error.message);
}

function refused(error) {
  by("status").textContent = "";
  complain(error.message);
}

function showRings(answer, goesOn) {
  const { ring, replications } = answer;
  const same = answer.changes === 0;
  by("week").max = answer.weeks;
  by("ring-plan-figure").hidden = by("only-row").hidden = same;
  start = answer.start;
  const samePair = rings.show(answer, goesOn);
  const dots = { pair: number(ring.replication + 1), replications, each: number(ring.each, 1), pairs: pairsSaid(replications) };
  const caption = same ? "ring.caption.asitis" : by("progress").value < 1 ? "ring.caption.sofar" : "ring.caption";
  by("ring-caption").textContent = `${say(caption, dots)} ${say("ring.figures", dots)}`;
  by("only-said").textContent = say("ring.only", { count: number(ring.differ) });
  showLegend(same ? {} : { rescued: answer.rescued, lost: answer.broken }, replications);
  if (samePair) return;
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
  by("week-said").textContent = say(start ? "ring.day" : "ring.at", { week: rings.week, weeks: rings.weeks, day: dayOf(start, rings.week) });
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
  const buttons = [...by("take").querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  by("take-progress").hidden = false;
  by("take-said").textContent = say("take.busy", { name });
  try {
    const waiting = (seconds) => (by("take-said").textContent = say("run.waiting", { seconds }));
    const file = await (await ask(`/api/${name}`, shown, { waiting })).blob();
    const link = make("a", { href: URL.createObjectURL(file), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    by("take-said").textContent = say("take.done", { name, size: number(Math.max(1, file.size / 1024)) });
  } catch (error) {
    by("take-said").textContent = "";
    complain(error.message);
  } finally {
    for (const button of buttons) button.disabled = false;
    by("take-progress").hidden = true;
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
    const read = await (await ask("/api/read", { text })).json();
    controls.show({ ...newPlan(read.market), market: "", file: text }, read);
    run();
  } catch (error) {
    complain(error.message);
  }
}

/** Show and compute what the address says; without a plan in it, an example. */
async function open() {
  try {
    const said = await fromHash(location.hash, choices);
    const { plan, wrong } = said ?? { plan: firstPlan(choices), wrong: [] };
    await put(plan);
    changed();
    if (wrong.length) return complain(say("error.link", { parts: wrong.join(", ") }));
    const { begun, done } = run({ remember: false });
    if (await begun) by("example").hidden = Boolean(said);
    await done;
  } catch (error) {
    complain(error.message);
  }
}

/** Hear of a choice that asks the server, and say what it refuses. */
const doing = (work) => async (event) => {
  try {
    await work(event);
  } catch (error) {
    complain(error.message);
  }
};

function paintTheme() {
  by("theme").textContent = say(document.documentElement.dataset.theme === "dark" ? "theme.light" : "theme.dark");
}

by("market").addEventListener("change", doing(async () => {
  const market = choices.markets.find((each) => each.name === by("market").value);
  if (!market) return;
  await put(newPlan(market));
  changed();
}));
by("plan").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await run().begun) { by("result").focus({ preventScroll: true }); by("result").scrollIntoView({ block: "start" }); }
});
by("clear").addEventListener("click", doing(async () => {
  await put({ ...newPlan(controls.market), file: controls.plan.file, worlds: controls.plan.worlds, market: controls.plan.market });
  changed();
}));
by("file").addEventListener("change", bringFile);
by("file-drop").addEventListener("click", doing(async () => { await put(newPlan(choices.markets[0])); changed(); }));
by("understood").addEventListener("click", () => { complain(""); by("run").focus({ preventScroll: true }); });
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
