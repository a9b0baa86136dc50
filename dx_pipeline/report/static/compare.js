// Two units of one system beside each other: ranks over the editions, the gap by component, every figure in a table.
"use strict";
(function () {
  const DX = window.DX, data = DX.data, make = DX.make;
  const $ = (id) => document.getElementById(id);
  const asked = DX.read();
  const ALL = "all";
  let state = {};
  const units = () => Object.keys(data.units[state.system]).length;
  const name = (id) => DX.name(state.system, id);
  const at = (code) => data.indicators.indexOf(code);
  const label = (code) => (code === "overall" ? DX.text("js.score") : DX.text("part." + code));

  // ---- charts, drawn as the profiles draw theirs
  function text(x, y, style, words) {
    return make("text", { x: x.toFixed(1), y: y.toFixed(1), class: style }, words);
  }
  const line = (x1, y1, x2, y2, style) => make("line", { x1, y1, x2, y2, class: style });
  function apart(places, room, low, high) {
    const order = places.map((place, i) => [place, i]).sort((a, b) => a[0] - b[0]);
    const moved = [];
    order.forEach(([place], i) => moved.push(Math.max(place, i ? moved[i - 1] + room : low)));
    for (let i = moved.length - 1, top = high; i >= 0; i--) { moved[i] = Math.min(moved[i], top); top = moved[i] - room; }
    const result = [];
    order.forEach(([, i], k) => (result[i] = moved[k]));
    return result;
  }
  function trajectory(ids) {
    const editions = data.editions[state.system], n = units(), code = state.measure === ALL ? "overall" : state.measure;
    const left = 34, right = 282, top = 34, bottom = 264;
    const x = (i) => left + 16 + ((right - left - 32) * i) / Math.max(editions.length - 1, 1);
    const y = (rank) => top + ((bottom - top) * (rank - 1)) / Math.max(n - 1, 1);
    const svg = make("svg", { class: "chart", viewBox: "0 0 480 296", role: "img", "aria-label": DX.text("js.path_alt", { a: name(ids[0]), b: name(ids[1]), what: label(code) }) });
    const ticks = [1];
    for (let rank = 10; rank <= n - 4; rank += 10) ticks.push(rank);
    [...ticks, n].forEach((rank) => svg.append(line(left, y(rank), right, y(rank), "grid"), text(left - 6, y(rank) + 5, "axis end", rank)));
    editions.forEach((edition, i) => {
      svg.append(text(x(i), bottom + 24, "axis middle", edition));
      if (i && data.breaks.includes(`${editions[i - 1]}-${edition}`)) svg.append(line((x(i - 1) + x(i)) / 2, top - 8, (x(i - 1) + x(i)) / 2, bottom, "break"));
    });
    const ends = [];
    ids.slice().reverse().forEach((id) => {
      const style = id === ids[0] ? "focus" : "peer peer1";
      const points = editions.map((edition, i) => [i, DX.figure(state.system, edition, id, at(code))]).filter(([, found]) => found && found[1]);
      points.forEach(([i, found], k) => {
        if (k && points[k - 1][0] === i - 1 && !data.breaks.includes(`${editions[i - 1]}-${editions[i]}`)) svg.append(line(x(i - 1), y(points[k - 1][1][1]), x(i), y(found[1]), style));
      });
      points.forEach(([i, found]) => svg.append(make("circle", { cx: x(i).toFixed(1), cy: y(found[1]).toFixed(1), r: id === ids[0] ? 4.5 : 3.5, class: style })));
      if (points.length) {
        const last = points[points.length - 1][1], sign = DX.mark(last, 1);
        ends.push([y(last[1]), id, last[1], sign ? sign.textContent : ""]);
      }
    });
    const places = apart(ends.map(([place]) => place), 18, top, bottom);
    ends.forEach(([, id, rank, sign], i) => svg.append(text(right + 8, places[i] + 5, id === ids[0] ? "name focus" : "name", `${rank}${sign} ${name(id)}`)));
    return svg;
  }
  function bars(ids, gaps) {
    const left = 76, right = 404, row = 46;
    const values = gaps.map(([, gap]) => gap), low = Math.min(0, ...values), high = Math.max(0, ...values);
    const x = (value) => left + ((right - left) * (value - low)) / (high - low || 1);
    const svg = make("svg", { class: "chart", viewBox: `0 0 480 ${row * gaps.length + 8}`, role: "img", "aria-label": DX.text("js.gap_alt", { a: name(ids[0]), b: name(ids[1]), edition: state.edition }) });
    svg.append(line(x(0), 4, x(0), row * gaps.length + 4, "zero"));
    gaps.forEach(([code, gap], i) => {
      const y = row * i + 18, start = Math.min(x(0), x(gap));
      svg.append(text(2, y, "name", label(code)));
      svg.append(make("rect", { x: start.toFixed(1), y: y + 7, width: Math.max(Math.abs(x(gap) - x(0)), 1).toFixed(1), height: 14, class: gap >= 0 ? "gain" : "loss" }));
      svg.append(text(gap >= 0 ? x(gap) + 6 : x(gap) - 6, y + 19, gap >= 0 ? "value" : "value end", DX.signed(gap, 1)));
    });
    return svg;
  }
  function box(id, svg, title, caption, table) {
    const figure = make("figure", { id: "chart-" + id, class: "keep", "data-title": title, "data-table": table }, svg, make("figcaption", {}, caption));
    DX.keep(figure);
    return figure;
  }

  // ---- tables
  const cell = (...inside) => make("td", { class: "n" }, ...inside);
  const missing = () => make("span", { class: "missing" }, DX.text("js.unknown"));
  /** What is doubtful about a difference: all that is about its two figures, and an order that rounding leaves open. */
  function doubt(pair, gap, part) {
    const codes = pair.flatMap((found) => DX.doubts(found, 0));
    const open = part === 0 ? 2 * ((data.errors[state.system][state.edition] || [0, [0]])[1][0] || 0) : 0;
    if (Math.abs(gap) <= open + 1e-12) codes.push("within_error");
    return DX.mark([0, 0, [...new Set(codes)].join(",")]);
  }
  const datum = (value, shown) => make("data", { value }, shown);
  function table(id, caption, heads, rows) {
    return make("div", { class: "scroll", role: "group", tabindex: "0", "aria-label": caption }, make("table", { id }, make("caption", {}, caption),
      make("thead", {}, make("tr", {}, ...heads.map((one, i) => make("th", { scope: "col", class: i ? "n" : null }, one)))), make("tbody", {}, ...rows)));
  }
  function show() {
    const { system, a, b, edition } = state, ids = [a, b], parts = data.parts, weights = data.weights[edition];
    const title = DX.text("js.compare_title", { a: name(a), b: name(b) });
    DX.used.clear();
    $("title").textContent = title;
    document.title = title;
    const figures = (code) => ids.map((id) => DX.figure(system, edition, id, at(code)));
    const both = (code) => figures(code).every((found) => found && found[0] !== null);
    const gaps = weights && parts.every(both) ? parts.map((code, i) => [code, data.scale * weights.values[i] * (figures(code)[0][0] - figures(code)[1][0])]) : null;

    const said = [];
    const [own, other] = figures("overall");
    if (own && other && own[1] && other[1]) said.push(DX.text("js.compare_ranks", { edition, a: name(a), b: name(b), ra: own[1], rb: other[1], n: units() }));
    if (gaps) {
      const total = gaps.reduce((sum, [, gap]) => sum + gap, 0), sorted = gaps.slice().sort((p, q) => p[1] - q[1]);
      said.push(DX.text(total >= 0 ? "js.compare_ahead" : "js.compare_behind", { a: name(a), b: name(b), points: DX.number(Math.abs(total), 1) }));
      said.push(DX.text("js.compare_parts", { a: name(a), best: label(sorted[3][0]), bp: DX.signed(sorted[3][1], 1), worst: label(sorted[0][0]), wp: DX.signed(sorted[0][1], 1) }));
    } else said.push(DX.text("js.compare_no_parts", { edition }));
    $("said").textContent = said.join(" ");

    const charts = [box("path", trajectory(ids), `${title}: ${DX.text("js.rank_by_edition", { what: label(state.measure === ALL ? "overall" : state.measure) })}`, DX.text("js.path_caption"), "table-path")];
    if (gaps) charts.push(box("gap", bars(ids, gaps), `${title}: ${DX.text("js.gap_title", { edition })}`, DX.text("js.gap_caption", { a: name(a), b: name(b) }), "table-gap"));
    $("charts").replaceChildren(...charts);

    const code = state.measure === ALL ? "overall" : state.measure;
    const shown = (found, what) => (found && found[what] !== null && found[what] !== undefined ? [datum(found[what], what ? String(found[1]) : DX.score(found)), DX.mark(found, what)] : [missing()]);
    const path = data.editions[system].map((one) => {
      const pair = ids.map((id) => DX.figure(system, one, id, at(code)));
      const gap = pair.every((found) => found && found[0] !== null) ? pair[0][0] - pair[1][0] : null;
      return make("tr", {}, make("th", { scope: "row" }, one), ...pair.flatMap((found) => [cell(...shown(found, 1)), cell(...shown(found, 0))]),
        cell(...(gap === null ? [missing()] : [datum(gap, DX.signed(gap, 4)), doubt(pair, gap, parts.indexOf(code))])));
    });
    const heads = (what) => [what, ...ids.flatMap((id) => [DX.text("js.rank_of", { name: name(id) }), DX.text("js.score_of", { name: name(id) })])];
    const all = data.indicators.filter((one) => figures(one).some(Boolean)).map((one) => {
      const pair = figures(one), gap = both(one) ? pair[0][0] - pair[1][0] : null, place = parts.indexOf(one);
      const points = gaps && (one === "overall" ? gaps.reduce((sum, [, each]) => sum + each, 0) : place >= 0 ? gaps[place][1] : null);
      return make("tr", { class: one === code ? "here" : null }, make("th", { scope: "row", class: "part" }, label(one)), ...pair.flatMap((found) => [cell(...shown(found, 1)), cell(...shown(found, 0))]),
        cell(...(gap === null ? [missing()] : [datum(gap, DX.signed(gap, 4)), doubt(pair, gap, place)])), cell(points === null || points === false ? gaps && place < 0 ? make("span", { class: "missing" }, DX.text("js.no_weight")) : missing() : datum(points, DX.signed(points, 1)), points === null || points === false ? null : doubt(pair, gap, place)));
    });
    $("tables").replaceChildren(
      make("h2", {}, DX.text("js.parts_title", { edition })),
      table("table-gap", DX.text("js.parts_caption", { a: name(a), b: name(b), edition }), [...heads(DX.text("js.part")), DX.text("js.gap"), DX.text("js.gap_points")], all),
      make("h2", {}, DX.text("js.path_title", { what: label(code) })),
      table("table-path", DX.text("js.path_title", { what: label(code) }), [...heads(DX.text("js.edition")), DX.text("js.gap")], path),
      make("p", {}, ...ids.flatMap((id, i) => [i ? " · " : "", make("a", { href: `${DX.home}${system}/${id}.html` }, DX.text("js.profile_of", { name: name(id) }))])));
    if (weights && data.marks[weights.basis]) DX.used.add(weights.basis);
    DX.notes($("notes"));
    state.link = DX.write({ system, a, b, edition, indicator: state.measure });
  }
  function offer() {
    const { system } = state, ids = Object.keys(data.units[system]).sort((p, q) => DX.name(system, p).localeCompare(DX.name(system, q), DX.language));
    const focus = data.focus.find(([one]) => String(one) === system) || [0, ids[0], ids[1]];
    if (!ids.includes(state.a)) state.a = state.b === focus[1] ? focus[2] : focus[1];
    if (!ids.includes(state.b) || state.b === state.a) state.b = state.a === focus[2] ? focus[1] : focus[2];
    const editions = data.editions[system].map(String).reverse();
    if (!editions.includes(state.edition)) state.edition = editions[0];
    const listed = ids.map((id) => [id, DX.name(system, id)]);
    DX.choices($("a"), listed, state.a);
    DX.choices($("b"), listed, state.b);
    DX.choices($("edition"), editions.map((one) => [one, one]), state.edition);
    const known = data.indicators.filter((code) => data.editions[system].some((edition) => DX.figure(system, edition, state.a, at(code))));
    if (state.measure !== ALL && !known.includes(state.measure)) state.measure = ALL;
    DX.choices($("measure"), [[ALL, DX.text("js.overall_rank")], ...known.slice(1).map((code) => [code, label(code)])], state.measure);
  }
  const systems = data.systems.map(String);
  state = { system: systems.includes(asked.system) ? asked.system : systems[0], a: asked.a || "", b: asked.b || "", edition: asked.edition || "", measure: asked.indicator || ALL };
  if (Object.keys(data.units[state.system]).length < 2) return;
  // the notes to the tables without script
  const plain = document.querySelector(".marks[aria-labelledby]");
  if (plain) plain.remove();
  $("system").value = state.system;
  for (const id of ["system", "a", "b", "edition", "measure"]) {
    $(id).addEventListener("change", () => {
      const before = { a: state.a, b: state.b };
      state[id] = $(id).value;
      if (id === "a" && state.a === before.b) state.b = before.a;
      if (id === "b" && state.b === before.a) state.a = before.b;
      offer();
      show();
    });
  }
  $("swap").addEventListener("click", () => {
    [state.a, state.b] = [state.b, state.a];
    offer();
    show();
  });
  $("link").dataset.done = DX.text("js.copied");
  $("link").addEventListener("click", () => DX.copy($("link"), state.link));
  $("tools").addEventListener("submit", (e) => e.preventDefault());
  $("tools").hidden = false;
  offer();
  show();
})();
