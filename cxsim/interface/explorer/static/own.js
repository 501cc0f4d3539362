// A market of one's own: the questions of cxsim market, and the table of the visitor's figures beside the model's.

import { ask, found, Refused, untilReady } from "./asking.js";
import { ownPlan, toHash } from "./plan.js";
import { fillIn, make, number, say } from "./words.js";

const by = (id) => document.getElementById(id);
const KEPT = "cxsim-figures"; // in this tab, so that coming back costs no typing

fillIn();
document.title = say("own.title");
const { questions, like } = await found("/api/questions");

function remembered() {
  try { return JSON.parse(sessionStorage.getItem(KEPT)) ?? {}; } catch { return {}; }
}

function remember(figures) {
  try { sessionStorage.setItem(KEPT, JSON.stringify(figures)); } catch { /* then not */ }
}

function complain(words) {
  by("error").textContent = words;
  by("complaint").hidden = !words;
}

/** What has been written, of the questions that mean anything in such a market. */
function written() {
  const fields = [...document.querySelectorAll("#questions input")].filter((field) => !field.closest(".question").hidden);
  return Object.fromEntries([["like", by("like").value], ...fields.map((field) => [field.name, field.value.trim()])].filter(([, value]) => value));
}

function question({ key, question, usual }) {
  const id = `figure-${key}`;
  return make("div", { class: "question", id: `ask-${key}` }, make("label", { for: id }, question),
    make("input", { type: "text", id, name: key, autocomplete: "off", "aria-describedby": `${id}-usual ${id}-wrong` }),
    make("p", { class: "small", id: `${id}-usual` }, say("own.usual", { usual })),
    make("p", { class: "small line", id: `${id}-wrong` }));
}

function showAsked() {
  const need = like[by("like").value];
  for (const each of questions) by(`ask-${each.key}`).hidden = need !== undefined && !each.needs.includes(need);
}

/** Say what is wrong beside the figure that it is about, and on top. */
function refused(error) {
  const key = error.message.split(":")[0].split(" ")[0];
  const wrong = by(`figure-${key}-wrong`);
  if (wrong && error instanceof Refused) {
    wrong.textContent = error.message.split("\n")[0]; // the question itself stands above
    by(`figure-${key}`).setAttribute("aria-invalid", "true");
    by(`figure-${key}`).focus();
  }
  complain(error.message);
}

function forgive() {
  complain("");
  for (const field of document.querySelectorAll("#questions input")) {
    field.removeAttribute("aria-invalid");
    by(`${field.id}-wrong`).textContent = "";
  }
}

async function find(event) {
  event.preventDefault();
  forgive();
  const figures = written();
  remember(figures);
  by("find").disabled = true;
  by("progress").hidden = false;
  const begun = Date.now();
  const tell = () => (by("status").textContent = say("own.busy", { seconds: Math.round((Date.now() - begun) / 1000) }));
  const clock = setInterval(tell, 1000);
  try {
    await untilReady((seconds) => (by("status").textContent = say("run.starting", { seconds })));
    tell();
    await show(await (await ask("/api/own", { figures })).json());
    by("status").textContent = say("own.done");
    by("result").focus({ preventScroll: true });
    by("result").scrollIntoView({ block: "start" });
  } catch (error) {
    by("status").textContent = "";
    refused(error);
  } finally {
    clearInterval(clock);
    by("find").disabled = false;
    by("progress").hidden = true;
  }
}

async function show(made) {
  const head = make("tr", {}, ...["figure", "yours", "model", "mark"].map((key) => make("th", { scope: "col" }, say(`own.${key}`))));
  const rows = made.rows.map((row) => make("tr", {}, make("th", { scope: "row" }, row.name), make("td", {}, row.yours), make("td", {}, row.model),
    make("td", { class: row.fits ? "loop" : "line" }, row.fits ? say("own.fits") : say("own.missed", { advice: row.advice }))));
  by("table").replaceChildren(make("div", { class: "scroll", role: "region", "aria-label": say("own.table"), tabindex: 0 },
    make("table", { class: "held" }, make("caption", {}, say("own.caption", { ready: made.ready })), make("thead", {}, head), make("tbody", {}, ...rows))));
  by("worlds").textContent = say(made.worlds ? "own.worlds" : "own.noworlds", made);
  by("stands").textContent = made.stands_for > 1 ? say("own.stands", { count: number(made.stands_for, 1) }) : "";
  const { market } = await (await ask("/api/read", { text: made.file })).json();
  by("explore").href = `/#${await toHash(ownPlan(market, made.file, made.worlds))}`;
  const files = [["market", "market.toml", made.file], ["worlds", "plausible.csv", made.worlds], ["figures", "figures.toml", made.figures]];
  by("take").replaceChildren(...files.filter(([, , text]) => text).map(([key, name, text]) =>
    make("a", { class: "button quiet", href: URL.createObjectURL(new Blob([text], { type: "text/plain" })), download: name }, say(`own.take.${key}`))));
  by("made").hidden = false;
}

by("like").append(make("option", { value: "" }, say("own.choose")), ...Object.keys(like).map((word) => make("option", { value: word }, word)));
by("questions").append(...questions.map(question));
for (const [key, value] of Object.entries(remembered())) {
  const field = key === "like" ? by("like") : by(`figure-${key}`);
  if (field) field.value = value;
}
showAsked();
by("like").addEventListener("change", showAsked);
by("figures").addEventListener("submit", find);
by("understood").addEventListener("click", () => complain(""));
document.documentElement.dataset.ready = "";
