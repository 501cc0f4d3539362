// What has been revealed: on the wall the step that the teacher shows, on other pages all that was shown.

import { $, ask, count, draw, fit, make, say, show, signed } from "./class.js";

const MOST_LINES = 6; // of the board on the wall
let told = null;
let page = {};

/**
 * Show what has been told of the round that is revealed, if one is.
 *
 * `page`: `team`, whose page it is; `wall`, whether only one step has room; `said`, what this phone predicted; `from`,
 * the address of what is told.
 */
export async function showBoard(state, about = {}) {
  told = state.phase === "revealed" ? await ask(`${about.from ?? "/class/board"}/${state.round}`) : null;
  page = { ...about, part: state.part ?? 0 };
  const there = told ? sections(told) : {};
  for (const section of document.querySelectorAll("[data-step]")) {
    section.hidden = !there[section.dataset.step] || (page.wall && section.dataset.step !== state.step);
  }
  if (!told) return told;
  drawPredictions();
  if (told.ahead) drawLeader();
  if (told.doubts) drawDoubts();
  if (told.board) drawBoard();
  if (told.debrief) drawDebrief();
  return told;
}

/** What there is to show. */
function sections({ predictions, ahead, board, doubts, debrief }) {
  return {
    predictions: !predictions.score, leader: Boolean(ahead) && (page.wall || !board), margin: Boolean(board), careful: Boolean(doubts?.length),
    reasons: debrief?.parts.length > 0, places: Boolean(debrief), story: Boolean(debrief), parts: debrief?.parts.length > 0, right: Boolean(predictions.score),
  };
}

const chosenFigure = () => document.querySelector("input[name=figure]:checked").value;
document.querySelectorAll("input[name=figure]").forEach((input) => input.addEventListener("change", () => drawBoard()));

// ---- predict ----

function drawPredictions() {
  const { phones, tallies, score } = told.predictions;
  $("predicted-by").textContent = phones ? "" : say("nobody_predicted");
  const drawn = phones || score ? tallies.map((each) => tally(each, phones)) : [];
  $(score ? "right-tallies" : "tallies").replaceChildren(...drawn);
  if (score) drawScore(phones, score);
}

/** How many said what: a bar each, and a mark beside what came true. */
function tally({ field, words, options }, phones) {
  const most = Math.max(1, ...options.map(([, said]) => said));
  const shown = page.wall && options.length > 7 ? [...options].sort((a, b) => Number(b[2]) - Number(a[2]) || b[1] - a[1]).slice(0, 6) : options;
  const rows = shown.map(([text, said, right]) => {
    const own = page.said?.[field] !== undefined && ownWords(field, options) === text ? [" ", make("span", { text: say("you"), class: "pill" })] : [];
    const mark = right === null ? [] : [" ", make("strong", { text: right ? "✓" : "✗", class: right ? "yes" : "no", "aria-hidden": "true" }), make("span", { text: say(right ? "right" : "wrong"), class: "aside" })];
    const bar = draw("svg", { class: "share", height: 10, width: "100%", "aria-hidden": "true" },
      draw("rect", { class: right === false ? "off" : "said", width: `${(100 * said) / most}%`, height: 10 }));
    return make("li", {}, make("span", { text: `${text}: ${said}` }), ...mark, ...own, ...(phones ? [bar] : []));
  });
  const more = options.length - shown.length;
  if (more) rows.push(make("li", { text: say("and_more", { more }), class: "small" }));
  return make("div", {}, ...(words ? [make("h3", { text: words })] : []), make("ul", { class: "bars" }, ...rows));
}

/** What this phone said to a question, as it is read. */
function ownWords(field, options) {
  const said = page.said[field];
  return typeof said === "string" ? said : options[Number(said)][0];
}

function drawScore(phones, { of, teams, guessing }) {
  const named = ([team, some]) => (some > 1 ? say("phones_of", { team, phones: some }) : team);
  $("scores").replaceChildren(...(phones ? teams : []).map(([right, who]) => make("li", {},
    make("strong", { text: right === of ? say("all_right", { of }) : say("some_right", { count: right, of }) }), `: ${who.map(named).join(", ")}`)));
  $("guessing").textContent = phones ? say("guessing", { guessing: guessing.toFixed(1), of }) : say("nobody_predicted");
}

// ---- observe ----

function drawLeader() {
  $("who-leads").textContent = told.ahead.net_margin;
  $("order").replaceChildren(...told.order.map(({ team, chosen }) => make("li", {},
    make("span", { text: team, class: "name" }), make("span", { text: chosen.join(", ") || say("nothing"), class: "small block" }))));
  if (page.wall) fit($("order"), $("order-more"));
}

function drawDoubts() {
  const doubts = page.wall ? some(told.doubts) : told.doubts;
  $("careful-heading").textContent = say("careful", { team: told.leader });
  $("doubts").replaceChildren(...doubts.map((text) => make("li", { text })));
}

/** Of a list that has several steps on the wall those of this one. */
const some = (list) => list.slice(told.at_once * page.part, told.at_once * (page.part + 1));

function drawBoard() {
  if (!told?.board) return;
  const figure = chosenFigure();
  const lines = [...told.board.lines].sort((a, b) => b.figures[figure].mean - a.figures[figure].mean);
  const all = lines.map((line) => line.figures[figure]);
  const low = Math.min(0, ...all.map((each) => each.low));
  const high = Math.max(0, ...all.map((each) => each.high));
  const room = (high - low || 1) * 0.03;
  const at = (value) => `${(100 * (value - low + room)) / (high - low + 2 * room || 1)}%`;
  $("ahead").textContent = told.ahead[figure];
  $("unit").textContent = say(`unit_${figure}`, { currency: told.currency });
  $("sure").textContent = page.wall ? say("wall_sure", { worlds: told.board.worlds }) : `${told.how_sure} ${say("leader_band")} ${told.not_forecast}`;
  const shown = page.wall ? lines.slice(0, MOST_LINES) : lines;
  $("lines").replaceChildren(...shown.map((line) => row(line, figure, at, all[0])));
  $("lines-more").textContent = lines.length > shown.length ? say("and_more", { more: lines.length - shown.length }) : "";
}

function row(line, figure, at, first) {
  const here = line.figures[figure];
  const place = here.best === here.worst ? `${here.best}` : `${here.best}–${here.worst}`;
  const name = make("th", { scope: "row" }, make("span", { text: line.team, class: "name" }));
  if (line.team === page.team) name.append(" ", make("span", { text: say("you"), class: "pill" }));
  if (!page.wall) name.append(make("span", { text: line.chosen.join(", ") || say("nothing"), class: "small block" }));
  const values = { mean: signed(here.mean), low: signed(here.low), high: signed(here.high) };
  const firsts = say("firsts", { firsts: here.firsts, worlds: told.board.worlds });
  const words = here.level_with_leader && here !== first && !page.wall ? `${firsts}; ${say("level")}` : firsts;
  return make(
    "tr",
    { class: `${here.level_with_leader ? "level" : ""} ${line.team === page.team ? "own" : ""}` },
    make("td", { text: place, class: "place" }),
    name,
    make("td", { class: "wide" }, bar(here, at, first), make("span", { text: say("interval", values), class: "value" }),
      make("span", { text: words, class: "small block" })),
    make("td", { text: count(line.price), class: "number" }),
  );
}

/** A mean with its interval, the zero of doing nothing, and the band of the first. */
function bar(here, at, first) {
  const width = (from, to) => `${parseFloat(at(to)) - parseFloat(at(from))}%`;
  return draw(
    "svg", { class: "bar", height: "100%", width: "100%", "aria-hidden": "true" },
    draw("rect", { class: "band", x: at(first.low), width: width(first.low, first.high), y: 0, height: "100%" }),
    draw("line", { class: "zero", x1: at(0), x2: at(0), y1: 0, y2: 30 }),
    draw("line", { class: "interval", x1: at(here.low), x2: at(here.high), y1: 15, y2: 15 }),
    draw("circle", { class: "mean", cx: at(here.mean), cy: 15, r: 6 }),
  );
}

// ---- explain ----

function drawDebrief() {
  const { leader, dearest, sentences, parts, stages, places } = told.debrief;
  drawReasons(leader);
  $("sentences").start = page.wall ? 1 + told.at_once * page.part : 1;
  $("sentences").replaceChildren(...(page.wall ? some(sentences) : sentences).map((sentence) => make("li", { text: sentence })));
  const spenders = leader === dearest ? [leader] : [leader, dearest];
  const heading = [say("stage"), say("lines"), say("rescued", { team: leader }), ...spenders.map((team) => say("spent_by", { team }))];
  table("places", heading, places.map((place) => [
    say(place.stage, {}, "stage"), count(place.lines), count(place.rescued), count(place.spent),
    ...(spenders.length > 1 ? [count(place.spent_by_dearest)] : []),
  ]));
  $("parts-heading").textContent = say("debrief_parts", { team: leader });
  const columns = [say("paid"), say("adds_money", { currency: told.currency }), say("adds_rescued")];
  const cells = (part) => [count(part.price), interval(part.net_margin), interval(part.rescued)];
  table("parts", [say("choice"), ...columns], parts.map((part) => [part.name, ...cells(part)]));
  table("stages", [say("stage"), ...columns], stages.map((part) => [say(part.name, {}, "stage"), ...cells(part)]));
}

function drawReasons(leader) {
  const { options } = told.explained;
  const phones = options.reduce((sum, [, said]) => sum + said, 0);
  const answer = options.find(([, , right]) => right);
  $("reasons-heading").textContent = say("why_reasons", { leader });
  $("answer").textContent = answer ? say("answer", { answer: answer[0] }) : say("nobody_rescued");
  $("reasons-tally").replaceChildren(...(phones ? [tally(told.explained, phones)] : []));
  $("reasons-by").textContent = phones ? "" : say("nobody_explained");
  const words = told.words ?? [];
  show("own", words.length > 0);
  $("own-words").replaceChildren(...words.map(([team, said]) => make("li", { text: `${team}: ${said}` })));
}

const interval = ({ mean, low, high }) => say("interval", { mean: signed(mean), low: signed(low), high: signed(high) });

function table(id, heading, rows) {
  const cell = (text, place) => (place ? make("td", { text, class: "number" }) : make("th", { text, scope: "row" }));
  $(id).replaceChildren(
    make("thead", {}, make("tr", {}, ...heading.map((text, place) => make("th", { text, scope: "col", class: place ? "number" : "" })))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(cell)))),
  );
}
