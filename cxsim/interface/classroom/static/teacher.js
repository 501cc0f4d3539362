// The teacher's page: rules, what next, teams. The key sits in a cookie that no script reads.

import { $, ask, attempt, doing, head, keepUp, keyInAddress, make, onSubmit, putLink, say, show } from "./class.js";
import { showBoard } from "./board.js";

let state = null;

const key = keyInAddress();
if (key) await attempt(() => ask("/class/teacher/enter", { key }));
const lookAgain = keepUp(() => "/class/teacher/state", changed, stranger);

function stranger() {
  state = null;
  for (const id of ["controls", "settings", "present"]) show(id, false);
  for (const section of document.querySelectorAll("[data-step]")) section.hidden = true;
  show("enter", true);
}

async function changed(now) {
  const rules = state?.rules;
  state = now;
  const menu = await head(now);
  show("enter", false);
  for (const id of ["controls", "present"]) show(id, true);
  show("settings", now.phase === "setup");
  $("address").textContent = now.address;
  $("currency").textContent = `(${menu.currency})`;
  const committed = now.teams.filter((team) => team.committed).length;
  $("count").textContent = now.phase === "setup" ? "" : now.phase === "predict" ? predicted(now) : say("teams_count", { committed, teams: now.teams.length });
  $("living").textContent = !["locked", "predict"].includes(now.phase) ? "" : now.lived ? say("all_lived") : say("living", { count: now.to_do });
  drawCommands();
  drawTeams();
  if (rules !== now.rules) fillSettings();
  await showBoard(now, { from: "/class/teacher/board" });
}

function predicted({ predicted: phones, teams_predicted: teams }) {
  if (!phones) return say("nobody_predicted");
  return phones === 1 ? say("predicted_one") : say("predicted", { phones, teams });
}

function drawCommands() {
  const { steps = [], step_number: at } = state;
  const named = (number) => say(`step_${steps[number]}`);
  $("on-the-wall").textContent = steps.length ? say("step_now", { step: named(at), number: at + 1, steps: steps.length }) : "";
  const words = (command) => say(`command_${command}`, { step: command === "forward" ? named(at + 1) : command === "back" ? named(at - 1) : "" });
  const buttons = state.commands.map((command, place) => {
    const button = make("button", { text: words(command), class: place ? "" : "main", type: "button" });
    button.disabled = command === "reveal" && !state.lived;
    button.addEventListener("click", () => attempt(() => give(command)));
    return button;
  });
  const over = state.phase === "revealed" && state.round >= state.rounds ? [make("p", { text: say("class_over") })] : [];
  $("commands").replaceChildren(...buttons, ...over);
}

/** Give a command for the class as it was seen: if it has moved on meanwhile, the server refuses. */
async function give(command) {
  const seen = { round: state.round, phase: state.phase, step: state.step_seen };
  const late = state.teams.filter((team) => !team.committed).length;
  if (command === "lock" && late && !(await sure(late === 1 ? say("lock_early_one") : say("lock_early", { count: late })))) return;
  try {
    await ask("/class/teacher/command", { command, ...seen });
  } finally {
    await lookAgain();
  }
}

function drawTeams() {
  const rows = state.teams.map((team) => {
    const renew = make("button", { text: say("new_link"), type: "button", "aria-label": say("new_link_for", { team: team.name }) });
    const remove = make("button", { text: say("remove"), type: "button", "aria-label": `${say("remove")} ${team.name}` });
    renew.addEventListener("click", () => attempt(() => renewed(team.name)));
    remove.addEventListener("click", () => attempt(() => removed(team.name)));
    return make("li", {}, make("span", { text: team.name, class: "name" }), make("span", { text: doing(team, state.phase), class: "small" }), renew, remove);
  });
  $("teams").replaceChildren(...(rows.length ? rows : [make("li", { text: say("no_teams_yet") })]));
}

async function renewed(team) {
  if (!(await sure(`${say("new_link_for", { team })}?`))) return;
  const link = await ask("/class/teacher/renew", { team });
  putLink($("dialog-link"), link);
  await answered(`${say("new_link_for", { team })}. ${say("new_link_hint")}`, say("close"), null);
  $("dialog-link").replaceChildren();
}

async function removed(team) {
  if (!(await sure(say("remove_sure", { team })))) return;
  await ask("/class/teacher/remove", { team });
  await lookAgain();
}

const sure = (question) => answered(question, say("yes"), say("no"));

function answered(words, yes, no) {
  $("dialog-words").textContent = words;
  $("dialog-yes").textContent = yes;
  $("dialog-no").textContent = no ?? "";
  show("dialog-no", no !== null);
  $("dialog").returnValue = "";
  $("dialog").showModal();
  return new Promise((done) => $("dialog").addEventListener("close", () => done($("dialog").returnValue === "yes"), { once: true }));
}

function fillSettings() {
  const form = $("settings-form");
  $("market-choice").replaceChildren(...state.markets.map((name) => make("option", { text: name, value: name })));
  for (const [name, value] of Object.entries(state.settings)) form.elements[name].value = value;
}

onSubmit($("settings-form"), async () => {
  const given = Object.fromEntries(new FormData($("settings-form")));
  for (const name of ["budget", "rounds", "seed"]) given[name] = Number(given[name]);
  $("settings-state").textContent = say("saving");
  try {
    await ask("/class/teacher/rules", given);
    $("settings-state").textContent = say("saved");
  } catch (error) {
    $("settings-state").textContent = "";
    throw error;
  }
  await lookAgain();
});

onSubmit($("enter-form"), async () => {
  await ask("/class/teacher/enter", { key: $("key").value.trim().replace(/^.*#/, "") });
  await lookAgain();
});
