// The left side: market, interventions and sliders by stage, how it is computed. It holds the plan being put together.

import { dayOf, make, number, percent, say, short } from "./words.js";

const STAGES = ["expectation", "research", "purchase", "use", "support"];
const LEVELS = ["low", "typical", "high"];
const NUMBERS = ["people", "weeks", "replications", "seed"];
const by = (id) => document.getElementById(id);

/** Draw the controls for a plan; `changed` hears of every change. */
export class Controls {
  constructor(choices, changed) {
    this.choices = choices;
    this.changed = changed;
    for (const market of choices.markets) by("market").append(make("option", { value: market.name }, market.title));
    for (const id of NUMBERS) by(id).addEventListener("input", () => { this.plan[id] = Number(by(id).value); this.tell(); });
    for (const radio of document.querySelectorAll("[name=both]"))
      radio.addEventListener("change", () => { this.plan.in_both = radio.value === "1"; this.tell(); });
  }

  /** Show a plan in a market (a ready one, or that of a file), of which some interventions are the file's own. */
  show(plan, { market, interventions = [], impossible = {} }) {
    const open = STAGES.filter((stage) => by(`stage-${stage}`)?.open);
    Object.assign(this, { plan, market, impossible, own: interventions });
    this.showMarket();
    for (const id of NUMBERS) by(id).value = plan[id];
    for (const radio of document.querySelectorAll("[name=both]")) radio.checked = (radio.value === "1") === plan.in_both;
    by("stages").replaceChildren(...STAGES.map((stage) => this.stage(stage, open.includes(stage))));
    this.count();
  }

  /** The market, and where it comes from a file, what the file is: a market, or a plan and what it does. */
  showMarket() {
    const { plan, market, own } = this;
    document.querySelector("#market option[value='']")?.remove();
    if (plan.file) by("market").prepend(make("option", { value: "" }, say("file.market", { title: market.title })));
    by("market").value = plan.file ? "" : plan.market;
    const rivals = market.rivals.join(", ");
    by("market-brand").textContent = say(rivals ? "market.brand" : "market.alone", { brand: market.brand, rivals });
    by("market-story").textContent = market.story;
    by("market-days").textContent = [market.start ? say("market.days", { start: market.start }) : "",
      plan.worlds ? say("market.worlds") : ""].join(" ");
    by("file-used").textContent = plan.file ? say("file.used", { title: market.title }) : "";
    by("file-drop").hidden = !plan.file;
    by("file-plan").hidden = !plan.file;
    by("file-plan-said").textContent = say(own.length ? "file.plan" : "file.only.market", { title: market.title, count: own.length });
    by("file-plan-list").replaceChildren(...own.map((item) =>
      make("li", {}, `${titleOf(item.name)}: ${this.startSaid(item.start_week)}`)));
  }

  /** From when on something works, in weeks, and the day where the market has a start. */
  startSaid(week) {
    const day = dayOf(this.market.start, week);
    return week ? say("choice.from", { week: number(week, 1) }) + (day ? ` (${day})` : "") : say("choice.atonce");
  }

  tell() {
    this.count();
    this.changed();
  }

  count() {
    for (const stage of STAGES) {
      const chosen = this.plan.interventions.filter((item) => this.offered(item.name)?.stage === stage).length;
      const moved = this.market.dials.filter((dial) => dial.stage === stage && dial.key in this.plan.sliders).length;
      by(`count-${stage}`).textContent = chosen + moved ? say("stage.chosen", { count: chosen + moved }) : "";
    }
    const sliders = Object.keys(this.plan.sliders).length;
    const said = say("run.summary", { interventions: this.plan.interventions.length, sliders });
    by("summary").textContent = this.own.length ? `${say("run.summary.file", { count: this.own.length })}, ${said}` : said;
  }

  offered(name) {
    return this.choices.interventions.find((each) => each.name === name);
  }

  stage(stage, open) {
    const chosen = (name) => this.plan.interventions.some((item) => item.name === name);
    const interventions = this.choices.interventions.filter((each) => each.stage === stage && (!this.impossible[each.name] || chosen(each.name)));
    const dials = this.market.dials.filter((dial) => dial.stage === stage);
    return make("details", { class: "stage", id: `stage-${stage}`, open },
      make("summary", {}, make("span", { class: "name" }, say(`stage.${stage}`)), make("span", { class: "count", id: `count-${stage}` })),
      make("p", { class: "small" }, say(`lead.${stage}`)),
      make("h3", {}, say("stage.do")),
      ...interventions.map((each) => this.choice(each)),
      make("h3", {}, say("stage.offer")),
      ...dials.map((dial) => this.slider(dial)));
  }

  choice(offered) {
    const title = titleOf(offered.name);
    const impossible = this.impossible[offered.name];
    const chosen = () => this.plan.interventions.find((item) => item.name === offered.name);
    const set = make("div", { class: "set", hidden: !chosen() });
    const level = make("select", { "aria-label": `${say("choice.level")}: ${title}`,
      onchange: (event) => { chosen().level = event.target.value; this.tell(); } },
      ...LEVELS.map((each) => make("option", { value: each }, say(`level.${each}`))));
    const day = make("span", { class: "small number" });
    const start = make("input", { type: "number", min: 0, max: 520, "aria-label": `${say("choice.start")}: ${title}`,
      oninput: (event) => { chosen().start_week = Number(event.target.value); fill(); this.tell(); } });
    const fill = () => {
      level.value = chosen()?.level ?? "typical";
      start.value = chosen()?.start_week ?? 4;
      day.textContent = dayOf(this.market.start, Number(start.value));
    };
    fill();
    set.append(level, make("span", { class: "small" }, say("choice.start")), start, day);
    const box = make("input", { type: "checkbox", onchange: () => {
      if (box.checked) this.plan.interventions.push({ name: offered.name, level: "typical", start_week: 4 });
      else this.plan.interventions = this.plan.interventions.filter((item) => item.name !== offered.name);
      fill();
      set.hidden = !box.checked;
      this.tell();
    } });
    box.checked = Boolean(chosen());
    return make("div", { class: "choice" }, make("label", {}, box, title),
      impossible ? make("p", { class: "small line" }, say("choice.impossible", { why: impossible })) : null,
      make("p", { class: "small" }, offered.story),
      make("p", { class: "small" }, this.cost(offered)), set,
      why(title, [...offered.effects.map(effectSaid), sourceSaid("why.source", offered)]));
  }

  /** What an intervention costs in a market of the size chosen. */
  cost(offered) {
    const scale = (this.plan.people || 0) / this.market.people;
    const money = (amount) => `${this.market.currency} ${short(amount)}`;
    const parts = ["once", "weekly", "per_use"].filter((kind) => offered[kind])
      .map((kind) => say(`cost.${kind}`, { amount: money(offered[kind] * (kind === "per_use" ? 1 : scale)) }));
    return say("choice.cost", { cost: parts.join(", ") || say("cost.none") });
  }

  slider(dial) {
    const title = say(`slider.${dial.key}`);
    const own = dial.relative ? 1 : dial.value;
    const shown = (value) => this.valueSaid(dial, value);
    const row = make("div", { class: "slide" });
    const output = make("output", { class: "number" });
    const id = `slider-${dial.key}`;
    const input = make("input", { type: "range", id, min: dial.low, max: dial.high, step: dial.step });
    const reset = make("button", { type: "button", class: "quiet", onclick: () => { input.value = own; move(); input.focus(); } },
      say("slider.reset", { value: shown(own) }));
    const paint = () => {
      const moved = dial.key in this.plan.sliders;
      output.textContent = shown(moved ? this.plan.sliders[dial.key] : own);
      input.setAttribute("aria-valuetext", output.textContent);
      row.classList.toggle("moved", moved);
      reset.hidden = !moved;
    };
    const move = () => {
      const value = Number(input.value);
      if (Math.abs(value - own) < dial.step / 2) delete this.plan.sliders[dial.key];
      else this.plan.sliders[dial.key] = value;
      paint();
      this.tell();
    };
    input.value = this.plan.sliders[dial.key] ?? own;
    input.addEventListener("input", move);
    row.append(make("div", { class: "said" }, make("label", { for: id }, title), output), input,
      make("div", { class: "under" }, why(title, [dial.meaning, sourceSaid("why.value", dial, shown(own))]), reset));
    paint();
    return row;
  }

  valueSaid(dial, value) {
    if (dial.key === "purchase.price") return `${this.market.currency} ${short(value * dial.value)}`;
    if (dial.relative) return percent(value);
    if (["probability", "share"].includes(dial.unit)) return percent(value);
    return number(value, 2);
  }
}

/** What something of the library is called here; what a file calls its own stays as it is. */
function titleOf(name) {
  const title = say(`intervention.${name}`);
  return title === `intervention.${name}` ? name : title;
}

function effectSaid(effect) {
  const [low, typical, high] = LEVELS.map((level) => number(effect.sizes[level], 3));
  return say(`why.effect.${effect.operation}`, { meaning: effect.meaning, low, typical, high });
}

const sourceSaid = (key, about, value) =>
  say(key, { evidence: say(`evidence.${about.evidence}`), source: about.source, value });

function why(title, sentences) {
  return make("details", { class: "why" },
    make("summary", { "aria-label": say("why.of", { title }) }, say("why.open")),
    ...sentences.map((sentence) => make("p", {}, sentence)));
}

export { by };
