// Start page: choose an edition, search without accents, sort by a column. Without this script all tables are shown.
"use strict";
(function () {
  const tools = document.getElementById("tools");
  if (!tools) return;
  const edition = document.getElementById("edition");
  const search = document.getElementById("search");
  const count = document.getElementById("count");
  const language = document.documentElement.lang;
  const sections = Array.from(document.querySelectorAll("section.ranking"));
  const collator = new Intl.Collator(language, { numeric: true });

  // đ is a letter of its own, not a d with an accent
  const plain = (text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();

  function show() {
    const words = plain(search.value);
    for (const section of sections) {
      section.hidden = section.id !== edition.value;
      if (section.hidden) continue;
      const rows = Array.from(section.querySelectorAll("tbody tr"));
      let shown = 0;
      for (const row of rows) {
        const name = plain(row.querySelector("th").textContent);
        row.hidden = !(name.includes(words) || name.replace(/ /g, "").includes(words.replace(/ /g, "")));
        if (!row.hidden) shown += 1;
      }
      const numbers = [shown, rows.length];
      count.textContent = tools.dataset.count.replace(/#/g, () => numbers.shift());
    }
  }

  function value(row, column, kind) {
    const cell = row.cells[column];
    if (kind === "text") return cell.textContent.trim();
    const number = cell.querySelector("data");
    return number ? Number(number.value) : null;
  }

  function sort(table, column, kind, direction) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows).map((row) => ({ row, value: value(row, column, kind) }));
    rows.sort((a, b) => {
      // what is missing stays last, whichever way the column is sorted
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
      const order = kind === "text" ? collator.compare(a.value, b.value) : a.value - b.value;
      return direction === "descending" ? -order : order;
    });
    body.append(...rows.map((entry) => entry.row));
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent.trim();
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", direction);
        sort(table, column, head.dataset.sort, direction);
      });
    });
  }

  edition.addEventListener("change", show);
  search.addEventListener("input", show);
  tools.hidden = false;
  show();
})();
