// A team's page, made for a phone: join, choose, commit, wait, see.

import { $, ask, attempt, count, head, keepUp, keyInAddress, make, onSubmit, putBriefing, putLink, question, say, show, trouble } from "./class.js";
import { showBoard } from "./board.js";

let state = null;
let menu = null;
let drawn = ""; // which round and rules the choices on the page are for
let chosen = new Set();

const key = keyInAddress();
if (key) await attempt(() => ask("/class/enter", { key }));
const lookAgain = keepUp(() => "/class/own", changed, refused);

/** The key on this phone opens nothing (any more): say so, and offer to join. */
async function refused(error) {
  askToJoin();
  trouble(error);
}

function askToJoin() {
  for (const id of ["wait", "predict", "explain", "choose", "lost"]) show(id, false);
  for (const section of document.querySelectorAll("[data-step]")) section.hidden = true;
  show("join", true);
  drawn = "";
}

async function changed(now) {
  state = now;
  menu = await head(now);
  if (!now.team) return askToJoin();
  show("join", false);
  show("lost", true);
  show("choose", now.phase === "open");
  show("wait", now.phase !== "open");
  show("predict", now.phase === "predict");
  if (now.phase === "open") choose();
  else wait();
  if (now.phase === "predict") predict();
  const told = await showBoard(now, { team: now.team, said: now.prediction });
  explain(told);
  document.body.dataset.number = now.number ?? "";
}

function choose() {
  $("team-name").textContent = state.team;
  $("story").textContent = menu.story;
  show("before", state.plan === null && state.plan_before.length > 0);
  if (drawn !== `${state.round} ${state.rules}`) {
    drawn = `${state.round} ${state.rules}`;
    chosen = new Set(state.plan ?? []);
    drawChoices();
    putBriefing(menu);
  }
  countUp();
}

function drawChoices() {
  const stages = [...new Set(menu.choices.map((choice) => choice.stage))];
  $("choices").replaceChildren(...stages.map((stage) =>
    make("fieldset", {}, make("legend", { text: say(stage, {}, "stage") }),
      ...menu.choices.filter((choice) => choice.stage === stage).map(card))));
}

function card(choice, place) {
  const id = `choice-${choice.stage}-${place}`;
  const box = make("input", { type: "checkbox", id, "aria-describedby": `${id}-story` });
  box.checked = chosen.has(choice.name);
  box.addEventListener("change", () => {
    if (box.checked) chosen.add(choice.name);
    else chosen.delete(choice.name);
    countUp();
  });
  const price = choice.price ? say("price", { currency: menu.currency, price: count(choice.price) }) : say("free");
  const label = make("label", { for: id }, make("span", { text: choice.name, class: "name" }), make("span", { text: price, class: "price" }));
  const why = make("details", { class: "small" }, make("summary", { text: say("why") }),
    make("p", { text: `${say(`evidence_${choice.evidence}`)} ${choice.source}` }));
  return make("div", { class: "card" }, box, label, make("p", { text: choice.story, id: `${id}-story` }), why);
}

/** What the choices cost, and whether they can be committed. */
function countUp() {
  const price = menu.choices.filter((choice) => chosen.has(choice.name)).reduce((sum, choice) => sum + choice.price, 0);
  const over = price - menu.budget;
  const currency = menu.currency;
  const left = over > 0 ? say("over_budget", { currency, over: count(over) }) : say("left", { currency, left: count(-over) });
  $("spent").textContent = `${say("budget", { currency, spent: count(price), budget: count(menu.budget) })}, ${left}`;
  $("spent-bar").style.width = `${Math.min(100, (100 * price) / menu.budget)}%`;
  const many = chosen.size > menu.most_chosen;
  $("choose").classList.toggle("over", over > 0 || many);
  const same = state.plan !== null && state.plan.length === chosen.size && state.plan.every((name) => chosen.has(name));
  const words = state.plan === null ? "not_committed" : same ? "committed" : "changed";
  $("plan-state").textContent = many ? say("most", { most: menu.most_chosen }) : say(words);
  $("commit").disabled = over > 0 || many || same;
  $("commit").textContent = state.plan !== null ? say("commit_again") : chosen.size ? say("commit") : say("commit_nothing");
}

function wait() {
  const { phase } = state;
  $("wait-heading").textContent = phase === "locked" ? say("locked_heading") : state.team;
  const words = { setup: say("setup_wait"), locked: `${say("locked_team")} ${say("locked_next")}`, predict: "", revealed: say("look_up") };
  $("wait-words").textContent = words[phase];
  show("own-heading", phase !== "setup");
  const names = state.plan === null ? [say("did_not_commit")] : state.plan.length ? state.plan : [say("nothing")];
  $("own-plan").replaceChildren(...(phase === "setup" ? [] : names.map((text) => make("li", { text }))));
}

// ---- predict and explain ----

let said = {}; // what this phone predicts, as far as it has tapped
let asked = ""; // which questions are on the page

function predict() {
  const now = `${state.round} ${Object.keys(state.plans).join("/")}`;
  if (asked !== now) {
    asked = now;
    said = { ...(state.prediction ?? {}) };
    $("questions").replaceChildren(...state.questions.map(({ field, words, options }) => {
      const named = field !== "leader" ? options : options.map((option) => ({ ...option, more: state.plans[option.value].join(", ") || say("nothing") }));
      return question(field, words, named, said[field], (value) => tapped(field, value));
    }));
  }
  sayWhatIsIn();
}

function sayWhatIsIn() {
  const left = state.questions.filter(({ field }) => said[field] === undefined).length;
  $("predict-state").textContent = left ? say("predict_left", { left }) : state.prediction ? say("predict_in") : "";
}

/** The last tap sends them all; in a class of one team nobody asks who leads. */
function tapped(field, value) {
  said[field] = value;
  sayWhatIsIn();
  if (state.questions.some((each) => said[each.field] === undefined)) return;
  attempt(async () => {
    state = await ask("/class/prediction", { leader: Object.keys(state.plans)[0], ...said, round: state.round });
    sayWhatIsIn();
  }, $("predict-form"));
}

let reason = null;
let explained = ""; // for which round the reasons are on the page

function explain(told) {
  const open = Boolean(told?.reasons?.length) && (state.step === "margin" || state.step === "careful");
  show("explain", open);
  if (!open) return;
  $("explain-state").textContent = state.explanation ? say("explain_in") : "";
  if (explained === `${state.round} ${told.leader}`) return;
  explained = `${state.round} ${told.leader}`;
  reason = state.explanation?.reason ?? null;
  $("explain-words").value = state.explanation?.words ?? "";
  $("explain-heading").textContent = say("explain_heading", { leader: told.leader });
  const asking = question("reason", say("explain_question"), told.reasons, reason, (value) => {
    reason = value;
    attempt(sendReason, $("explain-form"));
  });
  $("explain-reasons").replaceChildren(asking);
}

async function sendReason() {
  if (reason === null) throw new Error(say("explain_first"));
  state = await ask("/class/explanation", { reason, words: $("explain-words").value, round: state.round });
  $("explain-state").textContent = say("explain_in");
}

onSubmit($("explain-form"), sendReason);

onSubmit($("join-form"), async () => {
  await ask("/class/join", { name: $("name").value });
  await lookAgain();
});

onSubmit($("code-form"), async () => {
  await ask("/class/code", { code: $("letters").value });
  $("letters").value = "";
  await lookAgain();
});

onSubmit($("plan-form"), async () => {
  state = await ask("/class/plan", { round: state.round, chosen: [...chosen] });
  countUp();
  show("before", false);
});

$("before").addEventListener("click", () => {
  chosen = new Set(state.plan_before);
  drawChoices();
  countUp();
});

$("show-link").addEventListener("click", () => attempt(async () => putLink($("own-link"), await ask("/class/own/link"))));
