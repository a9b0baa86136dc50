// What every page shares: words, numbers, search without accents, keeping a chart. Without scripts every figure is there.
"use strict";
(function () {
  const language = document.documentElement.lang === "en" ? "en" : "vi";
  const data = window.DTI;
  const body = document.body.dataset;

  // đ is a letter of its own, not a d with an accent
  const plain = (text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
  const AROUND = /^(tinh|thanh pho|tp|t p|t|city of|province of) +| +(province|city|municipality|old|new|cu|moi)$/g;
  const tight = (text) => plain(text).replace(AROUND, "").replace(AROUND, "").replace(/ /g, "");

  const text = (key, values) => {
    const words = data.words[language][key];
    return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };
  const localise = (written) =>
    written.replace("-", "\u2212").replace(/[.,]/g, (mark) => (language === "vi" ? (mark === "." ? "," : ".") : mark));
  // rounds as Python does: from the exact value, and an exact half to the even digit
  const fixed = (value, decimals) => {
    let written = value.toFixed(decimals);
    const exact = Math.abs(value).toFixed(60), tail = exact.slice(exact.indexOf(".") + 1 + decimals);
    if (/^50*$/.test(tail)) {
      const kept = exact.slice(0, exact.length - tail.length).replace(/\.$/, "");
      if (Number(kept[kept.length - 1]) % 2 === 0) written = (value < 0 ? "-" : "") + kept;
    }
    return Number(written) === 0 ? (0).toFixed(decimals) : written;
  };
  const number = (value, decimals) => localise(fixed(value, decimals));
  const signed = (value, decimals) => {
    const written = fixed(value, decimals);
    return localise(Number(written) > 0 ? "+" + written : written);
  };

  function make(tag, attributes, ...inside) {
    const space = ["svg", "g", "rect", "line", "circle", "text", "path"].includes(tag) ? "http://www.w3.org/2000/svg" : null;
    const made = space ? document.createElementNS(space, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...inside.filter((one) => one !== null && one !== undefined));
    return made;
  }

  // ---- units, rankings and marks of data.js
  const name = (system, id) => data.units[system][id][language === "en" ? 1 : 0];
  const spellings = (system, id) => {
    const unit = data.units[system][id];
    return [unit[0], unit[1], id, ...unit[3]];
  };
  const initials = (words) => plain(words).split(" ").map((word) => word[0]).join("");
  /** Units of a system whose name, or any spelling of it, holds what was typed; the whole name first. */
  function find(system, typed) {
    const wanted = tight(typed);
    const ids = Object.keys(data.units[system]);
    if (!wanted) return ids;
    const exact = ids.filter((id) => spellings(system, id).some((one) => tight(one) === wanted));
    const within = ids.filter((id) => spellings(system, id).some((one) => tight(one).includes(wanted)));
    const short = ids.filter((id) => initials(data.units[system][id][0]) === wanted);
    if (exact.length) return exact;
    return within.length ? within : short;
  }
  const figure = (system, edition, id, place) => {
    const row = (data.rows[system][edition] || {})[id];
    return (row && row[0][place]) || null;
  };
  const used = new Set();
  /** Doubts of a figure's score (0) or rank (1), or of both; they stand apart where they differ. */
  function doubts(found, which) {
    const each = found && found[2] ? found[2].split("|") : [];
    const told = each.length === 2 && which !== undefined ? [each[which]] : each;
    return [...new Set(told.flatMap((codes) => codes.split(",")))].filter(Boolean);
  }
  /** The score with the digits it was printed with. */
  const score = (found) => number(found[0], found[3] || 4);
  function mark(found, which) {
    const codes = doubts(found, which).filter((code) => data.marks[code]);
    if (!codes.length) return null;
    codes.forEach((code) => used.add(code));
    const signs = [...new Set(codes.map((code) => data.marks[code][0]))].join("");
    const names = codes.map((code) => data.marks[code][language === "en" ? 2 : 1]).join(", ");
    return make("sup", { class: "mark", title: names }, signs);
  }
  function notes(where) {
    where.replaceChildren();
    if (!used.size) return;
    const list = make("dl", {});
    for (const code of Object.keys(data.marks).filter((one) => used.has(one))) {
      const [sign, vi, en, meaningVi, meaningEn] = data.marks[code];
      const pair = language === "en" ? [en, meaningEn] : [vi, meaningVi];
      list.append(make("div", {}, make("dt", {}, make("span", { class: "sign" }, sign), " " + pair[0]), make("dd", {}, pair[1])));
    }
    where.append(make("h2", {}, text("js.marks")), list);
  }
  const choices = (select, options, chosen) => {
    select.replaceChildren(...options.map(([value, label]) => make("option", { value, selected: value === chosen }, label)));
    if (options.some(([value]) => value === chosen)) select.value = chosen;
  };
  const read = () => Object.fromEntries(new URLSearchParams(location.search));
  function write(values) {
    const query = new URLSearchParams(values).toString();
    try {
      history.replaceState(null, "", location.pathname + "?" + query + location.hash);
    } catch {
      // a page opened from a folder may not always rewrite its address
    }
    const other = document.querySelector("a.language");
    if (other) other.href = body.other + "?" + query;
    return location.href.split(/[?#]/)[0] + "?" + query;
  }
  async function copy(button, words) {
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      const box = make("textarea", { readonly: true, class: "unseen", "aria-hidden": "true", tabindex: "-1" });
      box.value = words;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = before), 1600);
  }

  // ---- keeping a chart: SVG, PNG, CSV, embedding
  const WORDS = {
    vi: { csv: "CSV", svg: "SVG", png: "PNG", embed: "Mã nhúng", done: "Đã chép", group: "Tải biểu đồ", source: "Nguồn: DTI do Bộ TT&TT (2020–2023) và Bộ KH&CN (2024) công bố; nguồn từng số ở trang Nguồn số liệu", release: "bản phát hành" },
    en: { csv: "CSV", svg: "SVG", png: "PNG", embed: "Embed", done: "Copied", group: "Keep this chart", source: "Source: DTI as published by MIC (2020–2023) and MOST (2024); the source of each figure is on the page Sources", release: "release" },
  }[language];
  const STYLED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "text-anchor", "paint-order", "stroke-linejoin", "fill-opacity", "display"];

  function standalone(box) {
    const drawn = box.querySelector("svg");
    const copied = drawn.cloneNode(true);
    const from = [...drawn.querySelectorAll("*")], to = [...copied.querySelectorAll("*")];
    from.forEach((one, i) => {
      const looks = getComputedStyle(one);
      for (const property of STYLED) to[i].style.setProperty(property, looks.getPropertyValue(property));
      for (const attribute of ["class", "data-from", "data-key", "data-value"]) to[i].removeAttribute(attribute);
    });
    const [, , width, height] = drawn.getAttribute("viewBox").split(" ").map(Number);
    const paper = getComputedStyle(document.body).backgroundColor, ink = getComputedStyle(document.body).color;
    const lines = (words, most) => words.split(" ").reduce((all, word) => {
      const longer = (all[all.length - 1] + " " + word).trim();
      if (longer.length <= most) all[all.length - 1] = longer; else all.push(word);
      return all;
    }, [""]);
    const title = lines(box.dataset.title, 58), foot = lines(`${WORDS.source}. ${WORDS.release} ${body.release}.`, 96);
    const top = 14 + 19 * title.length, bottom = 12 + 13 * foot.length;
    const svg = make("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 ${-top} ${width} ${height + top + bottom}`, width: 2 * width, height: 2 * (height + top + bottom), "font-family": "system-ui, 'Segoe UI', 'Noto Sans', 'Liberation Sans', Arial, sans-serif" });
    svg.append(make("rect", { x: 0, y: -top, width, height: height + top + bottom, fill: paper }));
    title.forEach((line, i) => svg.append(make("text", { x: 6, y: 18 + 19 * i - top, fill: ink, "font-size": 16, "font-weight": 700 }, line)));
    svg.append(...copied.childNodes);
    foot.forEach((line, i) => svg.append(make("text", { x: 6, y: height + 14 + 13 * i, fill: ink, "font-size": 9.5 }, line)));
    return new XMLSerializer().serializeToString(svg);
  }
  function csv(box) {
    const quote = (cell) => (/[",\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);
    const safe = (cell) => (/^[=+@\t]/.test(cell) && !/^[+]?[\d.,]+$/.test(cell) ? "'" + cell : cell);
    const rows = [[box.dataset.title], [WORDS.source], [`${WORDS.release} ${body.release}`], []];
    const table = document.getElementById(box.dataset.table);
    for (const row of table.rows) {
      rows.push([...row.cells].map((cell) => {
        const figures = cell.querySelectorAll("data");
        return figures.length ? figures[0].value : cell.textContent.replace(/\s+/g, " ").trim();
      }));
    }
    return "\ufeff" + rows.map((row) => row.map(safe).map(quote).join(",")).join("\r\n") + "\r\n";
  }
  function save(name, type, content) {
    const link = make("a", { download: name, href: URL.createObjectURL(new Blob([content], { type })) });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
  function picture(box) {
    const image = new Image();
    image.onload = () => {
      const canvas = make("canvas", { width: image.width, height: image.height });
      canvas.getContext("2d").drawImage(image, 0, 0);
      canvas.toBlob((blob) => save(file(box, "png"), "image/png", blob));
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(standalone(box));
  }
  const file = (box, ending) => `dti-${tight(box.dataset.title).slice(0, 60)}.${ending}`;
  function keep(box) {
    const button = (what, act) => {
      const made = make("button", { type: "button" }, WORDS[what]);
      made.addEventListener("click", () => act(made));
      return made;
    };
    const buttons = [
      button("svg", () => save(file(box, "svg"), "image/svg+xml", standalone(box))),
      button("png", () => picture(box)),
    ];
    if (box.dataset.table) buttons.push(button("csv", () => save(file(box, "csv"), "text/csv", csv(box))));
    const embed = button("embed", (made) => {
      const url = new URL(location.href);
      url.searchParams.set("embed", box.id);
      url.hash = "";
      copy(made, `<iframe src="${url.href.replace(/&/g, "&amp;")}" title="${box.dataset.title.replace(/"/g, "&quot;")}" width="560" height="460" loading="lazy"></iframe>`);
    });
    embed.dataset.done = WORDS.done;
    box.append(make("p", { class: "downloads", role: "group", "aria-label": `${WORDS.group}: ${box.dataset.title}` }, ...buttons, embed));
    if (read().embed === box.id) {
      document.body.classList.add("embedded");
      box.prepend(make("h1", {}, box.dataset.title));
      box.append(make("p", { class: "note" }, `${WORDS.source}. ${WORDS.release[0].toUpperCase() + WORDS.release.slice(1)} ${body.release}.`));
      document.getElementById("main").replaceChildren(box);
    }
  }
  document.querySelectorAll("figure.keep").forEach(keep);

  // ---- a link to a folded part opens it
  function open() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && target.closest("details");
    if (fold) {
      fold.open = true;
      target.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", open);
  open();

  window.DX = { data, language, home: body.home, plain, tight, text, number, score, doubts, signed, make, name, find, figure, mark, notes, used, choices, read, write, copy, keep };
})();
