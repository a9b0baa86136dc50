// Start page: choose system, edition and indicator; map and list follow; search by any spelling; sort the full tables.
"use strict";
(function () {
  const DX = window.DX, data = DX.data;
  const $ = (id) => document.getElementById(id);
  const tools = $("tools"), list = $("list");
  if (!tools) return;
  const STEPS = 7;
  const asked = DX.read();
  const indicatorName = (code) => (code === "rank" ? DX.text("js.rank") : code === "overall" ? DX.text("js.score") : DX.text("part." + code));
  let state = {};

  function place(measure) {
    return measure === "rank" || measure === "overall" ? 0 : data.indicators.indexOf(measure);
  }
  function ranked() {
    const { system, edition, measure } = state, at = place(measure);
    const ids = Object.keys(data.units[system]);
    const rows = ids.map((id) => ({ id, found: DX.figure(system, edition, id, at), basis: ((data.rows[system][edition] || {})[id] || [])[1] }));
    const value = (row) => (row.found ? (measure === "rank" ? row.found[1] : row.found[0]) : null);
    const known = rows.filter((row) => value(row) !== null && value(row) !== undefined);
    known.sort((a, b) => (measure === "rank" ? value(a) - value(b) : value(b) - value(a)) || DX.name(system, a.id).localeCompare(DX.name(system, b.id), DX.language));
    return { known, unknown: rows.filter((row) => !known.includes(row)) };
  }
  function before(id) {
    const editions = data.editions[state.system], i = editions.indexOf(Number(state.edition));
    if (i < 1 || editions[i] - editions[i - 1] !== 1) return null;
    const then = DX.figure(state.system, editions[i - 1], id, place(state.measure)), now = DX.figure(state.system, state.edition, id, place(state.measure));
    return then && now && then[1] && now[1] ? then[1] - now[1] : null;
  }
  const told = (row) => {
    const { system, edition, measure } = state, units = Object.keys(data.units[system]).length;
    const name = DX.name(system, row.id);
    if (!row.found) return DX.text("js.told_none", { name, edition });
    const score = row.found[0] === null ? DX.text("js.no_score") : DX.score(row.found);
    const rank = row.found[1] === null ? DX.text("js.no_rank") : row.found[1];
    const basis = DX.text("status." + (data.words[DX.language]["status." + row.basis] ? row.basis : "published"));
    return DX.text(measure === "rank" || measure === "overall" ? "js.told" : "js.told_part", { name, edition, rank, units, score, basis, part: indicatorName(measure) });
  };
  const rows = new Map();

  function show() {
    const { system, edition, measure } = state, units = Object.keys(data.units[system]).length;
    const { known, unknown } = ranked();
    const steps = new Map();
    if (measure === "rank") {
      known.forEach((row) => steps.set(row.id, "s" + (1 + Math.min(Math.floor(((units - row.found[1]) / Math.max(units - 1, 1)) * STEPS), STEPS - 1))));
      $("legend-low").textContent = DX.text("js.last");
      $("legend-high").textContent = DX.text("js.first");
    } else {
      const values = known.map((row) => row.found[0]), low = Math.min(...values), high = Math.max(...values);
      known.forEach((row) => steps.set(row.id, "s" + (1 + Math.min(Math.floor(((row.found[0] - low) / (high - low || 1)) * STEPS), STEPS - 1))));
      $("legend-low").textContent = known.length ? DX.number(low, 2) : "";
      $("legend-high").textContent = known.length ? DX.number(high, 2) : "";
    }
    rows.clear();
    [...known, ...unknown].forEach((row) => rows.set(row.id, row));
    for (const maps of document.querySelectorAll(".maps")) {
      maps.hidden = maps.dataset.system !== system;
      maps.classList.toggle("as-tiles", state.shape === "tiles");
      maps.classList.toggle("as-outlines", state.shape === "outlines");
      if (maps.hidden) continue;
      for (const link of maps.querySelectorAll("a[data-unit]")) {
        const row = rows.get(link.dataset.unit);
        link.setAttribute("class", steps.get(link.dataset.unit) || "none");
        const said = told(row);
        link.setAttribute("aria-label", said);
        link.querySelector("title").textContent = said;
        const figure = link.querySelector(".figure");
        if (figure) figure.textContent = !row.found ? "?" : measure === "rank" ? row.found[1] ?? "?" : row.found[0] === null ? "?" : DX.number(row.found[0], 2);
      }
    }
    $("map-title").textContent = DX.text("js.map_title", { what: indicatorName(measure), edition, units });
    $("list-title").textContent = DX.text("js.list_title", { what: indicatorName(measure), edition, units });
    const head = list.tHead.rows[0].cells;
    head[2].textContent = measure === "rank" || measure === "overall" ? DX.text("js.score_scale") : DX.text("short." + measure in data.words[DX.language] ? "short." + measure : "part." + measure);
    DX.used.clear();
    list.tBodies[0].replaceChildren(...[...known, ...unknown].map((row) => {
      const moved = before(row.id);
      const rank = row.found && row.found[1] !== null ? [String(row.found[1]), DX.mark(row.found, 1)] : [DX.make("span", { class: "missing" }, DX.text("js.unknown"))];
      const score = row.found && row.found[0] !== null ? [DX.score(row.found), DX.mark(row.found, 0)] : [DX.make("span", { class: "missing" }, DX.text("js.unknown"))];
      return DX.make("tr", { "data-unit": row.id },
        DX.make("td", { class: "n" }, ...rank),
        DX.make("th", { scope: "row" }, DX.make("a", { href: `${DX.home}${system}/${row.id}.html` }, DX.name(system, row.id))),
        DX.make("td", { class: "n" }, ...score),
        DX.make("td", { class: "n" }, moved === null ? DX.make("span", { class: "missing" }, DX.text("js.no_move")) : DX.signed(moved, 0)));
    }));
    filter();
    DX.write({ system, edition, measure, shape: state.shape });
  }
  function filter() {
    const found = new Set(DX.find(state.system, $("search").value));
    const all = [...list.tBodies[0].rows];
    all.forEach((row) => (row.hidden = !found.has(row.dataset.unit)));
    const shown = all.filter((row) => !row.hidden).length;
    $("count").textContent = DX.text("js.count", { shown, all: all.length });
    const searching = $("search").value.trim() !== "";
    document.querySelectorAll(".maps a[data-unit]").forEach((link) => link.classList.toggle("away", searching && !found.has(link.dataset.unit)));
    if (shown === 1) point(all.find((row) => !row.hidden).dataset.unit);
  }
  function point(id) {
    document.querySelectorAll("[data-unit].here").forEach((one) => one.classList.remove("here"));
    if (!rows.has(id)) return;
    document.querySelectorAll(`[data-unit="${id}"]`).forEach((one) => one.classList.add("here"));
    $("told").textContent = told(rows.get(id));
  }
  for (const event of ["pointerover", "focusin"]) {
    document.querySelector(".front").addEventListener(event, (e) => {
      const unit = e.target.closest("[data-unit]");
      if (unit) point(unit.dataset.unit);
    });
  }
  function offer() {
    const editions = data.editions[state.system].map(String).reverse();
    if (!editions.includes(state.edition)) state.edition = editions[0];
    DX.choices($("edition"), editions.map((one) => [one, one]), state.edition);
    const some = Object.values(data.rows[state.system][state.edition] || {});
    const measures = ["rank", ...data.indicators.filter((code, i) => some.some((row) => row[0][i] && row[0][i][0] !== null))];
    if (!measures.includes(state.measure)) state.measure = "rank";
    DX.choices($("measure"), measures.map((one) => [one, indicatorName(one)]), state.measure);
  }
  state = {
    system: data.units[asked.system] ? asked.system : String(data.systems[0]),
    edition: asked.edition || "",
    measure: asked.measure || "rank",
    shape: asked.shape || (matchMedia("(max-width: 40rem)").matches ? "tiles" : "outlines"),
  };
  $("system").value = state.system;
  $("shape").value = state.shape;
  for (const id of ["system", "edition", "measure", "shape"]) {
    $(id).addEventListener("change", () => {
      state[id] = $(id).value;
      offer();
      show();
    });
  }
  $("search").addEventListener("input", filter);
  tools.addEventListener("submit", (e) => {
    e.preventDefault();
    const first = list.querySelector("tbody tr:not([hidden]) a");
    if (first) location.href = first.href;
  });
  tools.hidden = false;
  offer();
  show();

  // ---- the full tables below: sort by a column
  const collator = new Intl.Collator(DX.language, { numeric: true });
  function value(row, column, kind) {
    const cell = row.cells[column];
    if (kind === "text") return cell.textContent.trim();
    const number = cell.querySelector("data");
    return number ? Number(number.value) : null;
  }
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = DX.make("button", { type: "button" }, head.textContent.trim());
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", direction);
        const kind = head.dataset.sort;
        const lines = [...table.tBodies[0].rows].map((row) => ({ row, value: value(row, column, kind) }));
        lines.sort((a, b) => {
          // what is missing stays last, whichever way the column is sorted
          if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
          const order = kind === "text" ? collator.compare(a.value, b.value) : a.value - b.value;
          return direction === "descending" ? -order : order;
        });
        table.tBodies[0].append(...lines.map((line) => line.row));
      });
    });
  }
})();
