// What if a component's score, or the weights, were other: the formula of `dx what-if`, in the page.
"use strict";
(function () {
  const DX = window.DX, data = DX.data;
  const $ = (id) => document.getElementById(id);
  const parts = data.parts, asked = DX.read();
  const editionsOf = (system) => data.editions[system].filter((edition) => data.weights[edition] && matrix(system, edition).size).map(String).reverse();
  let state = {};

  /** province_id -> scores in the order of the parts, for the units that have all of them. */
  function matrix(system, edition) {
    const found = new Map();
    for (const id of Object.keys(data.units[system]).sort()) {
      const scores = parts.map((part) => (DX.figure(system, edition, id, data.indicators.indexOf(part)) || [null])[0]);
      if (scores.every((score) => score !== null)) found.set(id, scores);
    }
    return found;
  }
  const total = (scores, weights) => scores.reduce((sum, score, i) => sum + weights[i] * score, 0);

  /** The exact formula: the others keep their scores, weights change for everybody. What rounding leaves open, too. */
  function compute(all, unit, official, scores, weights, errors) {
    const ids = [...all.keys()];
    const before = new Map(ids.map((id) => [id, total(all.get(id), official)]));
    const after = new Map(ids.map((id) => [id, total(id === unit ? scores : all.get(id), weights)]));
    const ahead = (sums) => new Set(ids.filter((id) => sums.get(id) - sums.get(unit) > data.tie));
    const then = ahead(before), now = ahead(after), own = all.get(unit);
    const error = (id) => official.reduce((sum, weight, i) => sum + Math.abs((id === unit && scores[i] !== own[i] ? 0 : weights[i]) - weight) * errors[1][i], errors[0]);
    const open = (sign) => 1 + ids.filter((id) => id !== unit && after.get(id) - after.get(unit) > sign * (error(id) + error(unit) + 1e-12)).length;
    const order = ids.map((id, i) => [id, i]).sort((a, b) => after.get(b[0]) - after.get(a[0]) || a[1] - b[1]).map(([id]) => id);
    return {
      before: before.get(unit), after: after.get(unit), rankBefore: 1 + then.size, rankAfter: 1 + now.size,
      low: open(1), high: open(-1), passed: order.filter((id) => then.has(id) && !now.has(id)), passedBy: order.filter((id) => now.has(id) && !then.has(id)), sums: after,
    };
  }
  function next(answer, unit) {
    const above = [...answer.sums].filter(([id, sum]) => id !== unit && sum - answer.after > data.tie).sort((a, b) => a[1] - b[1])[0];
    return above ? { id: above[0], points: data.scale * (above[1] - answer.after), rank: answer.rankAfter - 1 } : null;
  }

  function slider(kind, part, value, most, step) {
    const id = `${kind}-${part}`;
    const range = DX.make("input", { type: "range", id, min: 0, max: most, step, value, "data-kind": kind, "data-part": part });
    const typed = DX.make("input", { type: "number", min: 0, max: most, step: "any", value, inputmode: "decimal", "aria-label": `${DX.text("short." + part)}: ${DX.text("js.exact")}`, "data-kind": kind, "data-part": part });
    return DX.make("div", { class: "slider" }, DX.make("label", { for: id }, DX.text("part." + part)), range, typed);
  }
  function build() {
    const { system, edition, unit } = state;
    const all = matrix(system, edition), own = all.get(unit), official = data.weights[edition].values;
    state.scores = own.slice();
    state.weights = official.slice();
    const scores = DX.make("fieldset", {}, DX.make("legend", {}, DX.text("js.scores_legend")), ...parts.map((part, i) => slider("score", part, own[i], 1, "0.0001")));
    const weights = DX.make("fieldset", {}, DX.make("legend", {}, DX.text("js.weights_legend")), ...parts.map((part, i) => slider("weight", part, Math.round(official[i] * 1e4) / 1e4, 1, "0.0001")), DX.make("p", { class: "note", id: "sum" }));
    const fold = DX.make("details", {}, DX.make("summary", {}, DX.text("js.weights")), weights);
    $("sliders").replaceChildren(scores, fold);
    for (const [key, value] of Object.entries(asked)) {
      const kind = key.startsWith("weight-") ? "weight" : "score", part = key.replace("weight-", "");
      if (parts.includes(part) && Number(value) >= 0 && Number(value) <= 1) set(kind, part, Number(value));
      delete asked[key];
    }
    show();
  }
  function set(kind, part, value) {
    const i = parts.indexOf(part);
    (kind === "score" ? state.scores : state.weights)[i] = value;
    document.querySelectorAll(`[data-kind="${kind}"][data-part="${part}"]`).forEach((input) => { if (Number(input.value) !== value) input.value = value; });
  }
  function show() {
    const { system, edition, unit } = state, all = matrix(system, edition), official = data.weights[edition].values;
    const sum = state.weights.reduce((a, b) => a + b, 0);
    const valid = Math.abs(sum - 1) <= 1e-6;
    $("sum").textContent = DX.text(valid ? "js.sum_ok" : "js.sum_wrong", { sum: DX.number(sum, 4) });
    $("sum").classList.toggle("wrong", !valid);
    if (!valid) {
      $("said").textContent = DX.text("js.sum_wrong", { sum: DX.number(sum, 4) });
      return;
    }
    const answer = compute(all, unit, official, state.scores, state.weights, data.errors[system][edition]), name = DX.name(system, unit);
    const step = next(answer, unit), places = answer.rankBefore - answer.rankAfter;
    DX.used.clear();
    const figures = parts.map((part) => DX.figure(system, edition, unit, data.indicators.indexOf(part)));
    const doubts = [...new Set([...figures.flatMap((found) => DX.doubts(found, 0)), data.weights[edition].basis])].join(",");
    const mark = () => DX.mark([0, 0, doubts]), was = DX.mark(DX.figure(system, edition, unit, 0), 1);
    const key = (id, label, figure, say) => DX.make("div", { class: "key", id }, DX.make("dt", {}, label), DX.make("dd", { class: "fig" }, ...figure), DX.make("dd", { class: "say" }, ...[say].flat()));
    $("result").replaceChildren(
      key("new-score", DX.text("js.new_score"), [DX.make("span", { id: "overall-after", "data-exact": answer.after }, DX.number(answer.after, 4)), mark()], DX.text("js.from_value", { value: DX.number(answer.before, 4), change: DX.signed(answer.after - answer.before, 4) })),
      key("new-rank", DX.text("js.new_rank"), [DX.make("span", { id: "rank-after" }, String(answer.rankAfter)), DX.make("span", { class: "of" }, "/" + all.size)], [DX.text("js.from_rank", { rank: answer.rankBefore, change: DX.signed(places, 0) }), was, answer.low < answer.high ? DX.make("span", { id: "open-ranks" }, ". " + DX.text("js.open_ranks", { low: answer.low, high: answer.high })) : null]),
      key("next-step", DX.text("js.next"), step ? [DX.signed(step.points, 1), " ", DX.make("span", { class: "unit" }, DX.text("js.points"))] : [DX.text("js.top")], step ? DX.text("js.next_say", { rank: step.rank, name: DX.name(system, step.id) }) : ""));
    const names = (ids) => ids.map((id) => DX.name(system, id)).join(", ") || DX.text("js.nobody");
    $("said").replaceChildren(
      DX.make("strong", {}, DX.text("js.passed", { n: answer.passed.length })), " ", DX.make("span", { id: "passed" }, names(answer.passed)), ". ",
      DX.make("strong", {}, DX.text("js.passed_by", { n: answer.passedBy.length })), " ", DX.make("span", { id: "passed-by" }, names(answer.passedBy)), ".");
    const line = (label, was, is, style, sign) => DX.make("tr", { class: style }, DX.make("th", { scope: "row" }, label), DX.make("td", { class: "n" }, DX.number(was, 2), sign), DX.make("td", { class: "n" }, DX.number(is, 2)), DX.make("td", { class: "n" }, DX.signed(is - was, 2)));
    const head = DX.make("tr", {}, ...["js.part", "js.before", "js.after", "js.change"].map((one, i) => DX.make("th", { scope: "col", class: i ? "n" : null }, DX.text(one))));
    const lines = parts.map((part, i) => line(DX.text("part." + part), data.scale * official[i] * all.get(unit)[i], data.scale * state.weights[i] * state.scores[i], null, DX.mark(figures[i], 0)));
    lines.push(line(DX.text("part.overall"), data.scale * answer.before, data.scale * answer.after, "sum", mark()));
    $("points").replaceChildren(DX.make("div", { class: "scroll", role: "group", tabindex: "0", "aria-label": DX.text("js.points_caption") }, DX.make("table", { id: "points-table" }, DX.make("caption", {}, DX.text("js.points_caption")), DX.make("thead", {}, head), DX.make("tbody", {}, ...lines))));
    $("title").textContent = DX.text("js.whatif_title", { name, edition });
    DX.notes($("notes"));
    const query = { system, unit, edition };
    parts.forEach((part, i) => { if (state.scores[i] !== all.get(unit)[i]) query[part] = state.scores[i]; });
    parts.forEach((part, i) => { if (state.weights[i] !== official[i]) query["weight-" + part] = state.weights[i]; });
    state.link = DX.write(query);
  }
  $("sliders").addEventListener("input", (e) => {
    const value = Number(String(e.target.value).replace(",", "."));
    if (!(value >= 0 && value <= 1) || e.target.value === "") return;
    set(e.target.dataset.kind, e.target.dataset.part, value);
    show();
  });
  function offer() {
    const editions = editionsOf(state.system);
    if (!editions.includes(state.edition)) state.edition = editions[0];
    DX.choices($("edition"), editions.map((one) => [one, one]), state.edition);
    const ids = [...matrix(state.system, state.edition).keys()].sort((a, b) => DX.name(state.system, a).localeCompare(DX.name(state.system, b), DX.language));
    if (!ids.includes(state.unit)) state.unit = (data.focus.find(([system, one]) => String(system) === state.system && ids.includes(one)) || [0, ids[0]])[1];
    DX.choices($("unit"), ids.map((id) => [id, DX.name(state.system, id)]), state.unit);
  }
  const systems = data.systems.map(String).filter((system) => editionsOf(system).length);
  if (!systems.length) return;
  state = { system: systems.includes(asked.system) ? asked.system : systems[0], unit: asked.unit || "", edition: asked.edition || "" };
  [...$("system").options].forEach((option) => { if (!systems.includes(option.value)) option.remove(); });
  $("system").value = state.system;
  for (const id of ["system", "unit", "edition"]) {
    $(id).addEventListener("change", () => {
      state[id] = $(id).value;
      offer();
      build();
    });
  }
  $("reset").addEventListener("click", build);
  $("link").dataset.done = DX.text("js.copied");
  $("link").addEventListener("click", () => DX.copy($("link"), state.link));
  $("tools").addEventListener("submit", (e) => e.preventDefault());
  $("sliders").addEventListener("submit", (e) => e.preventDefault());
  $("tools").hidden = false;
  $("model").hidden = false;
  offer();
  build();
})();
