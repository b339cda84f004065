"use strict";
/* The script of every page: filters, search, evidence panel, table, export, keyboard, permalink.
   Text reaches the page through textContent alone. An engine (atlas, network) may take the
   place of the plain SVG one by setting MN.engine before the page starts. */
const MN = { engine: null };
const SVGNS = "http://www.w3.org/2000/svg";

MN.byId = (id) => document.getElementById(id);

MN.make = (tag, properties, ...children) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") node.textContent = value;
    else if (key === "on") for (const [name, act] of Object.entries(value)) node.addEventListener(name, act);
    else node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children) if (child) node.append(child);
  return node;
};

MN.draw = (tag, attributes, ...children) => {
  const node = document.createElementNS(SVGNS, tag);
  for (const [key, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) node.setAttribute(key, value);
  for (const child of children) node.append(child);
  return node;
};

MN.fold = (text) => String(text).normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

/* 12,345, in English as in Welsh; a browser's own way of saying so loads a whole library first */
MN.number = (value) => (typeof value === "number" ? String(value).replace(/\B(?=(\d{3})+$)/g, ",") : String(value));

MN.fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => (name in values ? MN.number(values[name]) : ""));

MN.colours = ["#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#F0E442", "#6B6B6B"];
MN.shapes = ["disc", "square", "triangle", "diamond"];
MN.viridis = ["#440154", "#443983", "#31688e", "#21918c", "#35b779", "#90d743", "#fde725"];

MN.markPath = (shape, x, y, r) => {
  const f = (v) => Math.round(v * 10) / 10;
  if (shape === "square") { const s = r * 0.9; return `M${f(x - s)} ${f(y - s)}H${f(x + s)}V${f(y + s)}H${f(x - s)}Z`; }
  if (shape === "diamond") { const s = r * 1.25; return `M${f(x)} ${f(y - s)}L${f(x + s)} ${f(y)}L${f(x)} ${f(y + s)}L${f(x - s)} ${f(y)}Z`; }
  if (shape === "triangle") { const s = r * 1.25; return `M${f(x)} ${f(y - s)}L${f(x + s * 0.866)} ${f(y + s * 0.5)}L${f(x - s * 0.866)} ${f(y + s * 0.5)}Z`; }
  return `M${f(x - r)} ${f(y)}a${f(r)} ${f(r)} 0 1 0 ${f(2 * r)} 0a${f(r)} ${f(r)} 0 1 0 ${f(-2 * r)} 0Z`;
};

MN.dark = () => {
  const chosen = document.documentElement.getAttribute("data-theme");
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

MN.css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/* ---- data: numbers come as base64 of little-endian integers, and what is large is gzipped ---- */

MN.bytes = (text) => {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return bytes;
};

MN.typed = ([kind, text]) => new { i2: Int16Array, u1: Uint8Array, u2: Uint16Array, u4: Uint32Array }[kind](MN.bytes(text).buffer);

MN.read = async (id) => {
  const block = MN.byId(id);
  if (block.dataset.packed !== "gzip") return JSON.parse(block.textContent);
  const stream = new Blob([MN.bytes(block.textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
};

/* a column is a list, or {as: how it is packed}; returns what gives the value of a row, undefined where there is none */
MN.column = (packed) => {
  if (Array.isArray(packed)) return (i) => (packed[i] === null ? undefined : packed[i]);
  const at = MN.typed(packed.at);
  const none = 2 ** (8 * at.BYTES_PER_ELEMENT) - 1;
  if (packed.as === "integers") return (i) => (at[i] === none ? undefined : at[i]);
  if (packed.as === "words") return (i) => packed.words[at[i]];
  /* rows of several: where each begins */
  const sizes = MN.typed(packed.sizes);
  const begin = new Uint32Array(sizes.length + 1);
  for (let i = 0; i < sizes.length; i += 1) begin[i + 1] = begin[i] + sizes[i];
  const row = (i) => Array.from(at.subarray(begin[i], begin[i + 1]));
  if (packed.as === "rows") return row;
  return (i) => { const words = row(i).map((word) => packed.words[word]); return words.flatMap((key, k) => (k % 2 ? [] : [[key, words[k + 1]]])); };
};

/* ---- items and which of them are shown ---- */

/* an item reads its fields from the columns when it is asked for them: nothing is made for those that nobody looks at */
MN.itemsOf = (n) => {
  const Item = class { constructor(i) { this.i = i; } };
  MN.add = (columns) => { for (const [key, packed] of Object.entries(columns || {})) { const read = MN.column(packed); Object.defineProperty(Item.prototype, key, { get() { return read(this.i); } }); } };
  return Array.from({ length: n }, (_, i) => new Item(i));
};

MN.state = { id: null, query: "", off: new Set(), nationsOff: new Set(), from: null, to: null, by: "group", lasso: null };

MN.isShown = (item) => {
  const s = MN.state;
  if (item.g !== undefined && s.off.has(item.g)) return false;
  if (item.na !== undefined && s.nationsOff.has(item.na)) return false;
  if (s.from !== null && (item.y === undefined || item.y < s.from)) return false;
  if (s.to !== null && (item.y === undefined || item.y > s.to)) return false;
  if (s.lasso && !s.lasso.has(item.i)) return false;
  return true;
};

/* what a search looks through is folded when the first search asks for it, not before the first picture */
MN.hay = (item) => {
  if (item.hay === undefined) item.hay = MN.fold([item.t, item.by, item.v, item.y, item.id, ...(item.q || []).map((entry) => entry[0])].filter((part) => part !== undefined).join(" "));
  return item.hay;
};

MN.matches = (item, folded) => folded.every((word) => MN.hay(item).includes(word));

MN.sift = () => { MN.mask = MN.items.map((item) => MN.isShown(item)); };

MN.apply = () => {
  const words = MN.state.query ? MN.fold(MN.state.query).split(/\s+/).filter(Boolean) : [];
  MN.sift();
  MN.lit = words.length ? MN.items.map((item) => MN.mask[item.i] && MN.matches(item, words)) : null;
  const shown = MN.mask.reduce((sum, one) => sum + (one ? 1 : 0), 0);
  const count = MN.byId("count");
  if (count) {
    count.textContent = MN.fill(MN.data.strings.shown, { n: shown, all: MN.items.length }) +
      (MN.data.inAll ? MN.fill(MN.data.strings.in_all, { n: MN.data.inAll }) : "");
  }
  if (MN.view) MN.view.show(MN.mask, MN.lit);
  MN.hits(words.length > 0);
  MN.table();
  MN.remember();
};

MN.hits = (searching) => {
  const list = MN.byId("hits");
  if (!list) return;
  list.replaceChildren();
  if (!searching) return;
  const found = MN.items.filter((item) => MN.lit[item.i]);
  const words = found.length ? MN.fill(MN.data.strings.found, { n: found.length }) : MN.data.strings.none_found;
  list.append(MN.make("li", { class: "soft small", text: words }));
  for (const item of found.slice(0, 12)) list.append(MN.make("li", {}, MN.linkTo(item)));
};

MN.linkTo = (item) => {
  const button = MN.make("button", { type: "button", text: item.t, lang: item.lang, on: { click: () => MN.select(item.i, true) } });
  const under = [item.by, MN.data.meanYear ? null : item.y].filter(Boolean).join(", ");
  if (under) button.append(MN.make("br"), MN.make("span", { class: "soft", text: under }));
  return button;
};

/* ---- legend: also the filter ---- */

MN.swatch = (colour, shape, hollow) => {
  const path = MN.draw("path", { d: MN.markPath(shape, 9, 9, 6), fill: hollow ? "none" : colour, stroke: hollow ? colour : "#22262e", "stroke-width": hollow ? 2 : 1 });
  return MN.draw("svg", { viewBox: "0 0 18 18", width: 18, height: 18, "aria-hidden": "true" }, path);
};

MN.legend = () => {
  const place = MN.byId("legend");
  if (!place) return;
  place.replaceChildren();
  const fieldset = (title, entries, off) => {
    const box = MN.make("fieldset", { class: "legend" }, MN.make("legend", { text: title }));
    entries.forEach((entry, index) => {
      if (!entry.n) return;
      const input = MN.make("input", { type: "checkbox", on: { change: () => { if (input.checked) off.delete(index); else off.add(index); MN.apply(); } } });
      input.checked = !off.has(index);
      const words = MN.make("span", { text: entry.label, lang: entry.lang });
      if (entry.note) words.append(MN.make("span", { class: "prop", text: entry.note }));
      const grey = entry.nation ? MN.state.by !== "nation" : MN.state.by !== "group";
      const swatch = entry.plain ? MN.make("span", { class: "sign", text: entry.sign || "", "aria-hidden": "true" }) : MN.swatch(grey ? "#8a8f98" : entry.colour, entry.shape, entry.hollow);
      box.append(MN.make("label", {}, input, swatch, words, MN.make("span", { class: "n", text: MN.number(entry.n) })));
    });
    place.append(box);
  };
  if (MN.data.groups && MN.data.groups.length > 0) fieldset(MN.data.groupTitle || MN.data.strings.filter, MN.data.groups, MN.state.off);
  if (MN.data.nations && MN.data.nations.length > 1) fieldset(MN.data.strings.nations, MN.data.nations, MN.state.nationsOff);
  if (MN.state.by === "year" && MN.span) {
    const ramp = MN.draw("svg", { viewBox: "0 0 7 1", preserveAspectRatio: "none", "aria-hidden": "true" });
    MN.viridis.forEach((colour, i) => ramp.append(MN.draw("rect", { x: i, width: 1.02, height: 1, fill: colour })));
    place.prepend(MN.make("div", { class: "block" }, MN.make("div", { class: "ramp" }, ramp), MN.make("div", { class: "rampt" }, MN.make("span", { text: MN.span[0] }), MN.make("span", { text: MN.span[1] }))));
  }
  if (MN.data.legendNotes) for (const note of MN.data.legendNotes) place.append(MN.make("p", { class: "small soft", text: note }));
};

/* ---- years ---- */

MN.years = () => {
  const from = MN.byId("y0");
  if (!from) return;
  const to = MN.byId("y1");
  const years = MN.items.map((item) => item.y).filter((year) => year !== undefined);
  if (!years.length) { from.closest(".block").remove(); return; }
  MN.span = years.reduce(([low, high], year) => [Math.min(low, year), Math.max(high, year)], [Infinity, -Infinity]);
  for (const input of [from, to]) { input.min = MN.span[0]; input.max = MN.span[1]; }
  const set = () => {
    from.value = MN.state.from === null ? MN.span[0] : MN.state.from;
    to.value = MN.state.to === null ? MN.span[1] : MN.state.to;
    bars();
  };
  const picture = MN.byId("hist");
  const step = Math.max(1, Math.ceil((MN.span[1] - MN.span[0] + 1) / 60));
  const bins = new Map();
  for (const year of years) { const bin = Math.floor((year - MN.span[0]) / step); bins.set(bin, (bins.get(bin) || 0) + 1); }
  const n = Math.floor((MN.span[1] - MN.span[0]) / step) + 1;
  const top = Math.max(...bins.values());
  picture.setAttribute("viewBox", `0 0 ${n} 10`);
  const bars = () => {
    picture.replaceChildren();
    for (let bin = 0; bin < n; bin += 1) {
      const height = (10 * (bins.get(bin) || 0)) / top;
      const year = MN.span[0] + bin * step;
      const out = (MN.state.from !== null && year + step - 1 < MN.state.from) || (MN.state.to !== null && year > MN.state.to);
      picture.append(MN.draw("rect", { x: bin + 0.08, width: 0.84, y: 10 - height, height, class: out ? "out" : "" }));
    }
  };
  const take = () => {
    const a = parseInt(from.value, 10);
    const b = parseInt(to.value, 10);
    MN.state.from = Number.isFinite(a) && a > MN.span[0] ? a : null;
    MN.state.to = Number.isFinite(b) && b < MN.span[1] ? b : null;
    bars();
    MN.apply();
  };
  from.addEventListener("change", take);
  to.addEventListener("change", take);
  MN.resetYears = set;
  set();
};

/* ---- evidence panel ---- */

MN.doiLink = (doi) => {
  if (!/^10\.\d{4,9}\/\S+$/.test(doi || "")) return null;
  const path = encodeURI(doi).replace(/[?#]/g, (letter) => encodeURIComponent(letter));
  return MN.make("a", { href: `https://doi.org/${path}`, rel: "noopener noreferrer", target: "_blank", text: `doi:${doi}` });
};

MN.cite = (item) => {
  const parts = [item.by, item.y ? `(${item.y})` : "", item.t, item.v, item.doi ? `https://doi.org/${item.doi}` : ""].filter(Boolean);
  return `${parts.join(". ").replace(/\.\./g, ".")}.`;
};

MN.copy = async (text, button) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = MN.make("textarea", { class: "hide" });
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
  button.textContent = MN.data.strings.copied;
  MN.say(MN.data.strings.copied);
};

MN.quote = (entry) => {
  const [words, place, lang, side] = entry;
  const box = MN.make("blockquote", { class: side ? "b" : null }, MN.make("p", { text: words, lang: lang && lang !== MN.data.lang ? lang : null }));
  if (place) box.append(MN.make("footer", { text: place }));
  return box;
};

MN.panel = () => {
  const panel = MN.byId("panel");
  if (!panel) return;
  const words = MN.data.strings;
  panel.replaceChildren();
  if (MN.state.id === null) {
    panel.append(MN.make("h2", { text: words.panel }), MN.make("p", { class: "soft", text: words.panel_empty }));
    for (const list of MN.data.lists || []) {
      panel.append(MN.make("h3", { text: list.title }), MN.make("p", { class: "small soft", text: list.why }));
      const ul = MN.make("ul", { class: "near" });
      for (const index of list.items) if (MN.items[index]) ul.append(MN.make("li", {}, MN.linkTo(MN.items[index])));
      panel.append(ul);
    }
    return;
  }
  const item = MN.items[MN.state.id];
  const group = item.g !== undefined && MN.data.groups ? MN.data.groups[item.g] : null;
  if (item.k) panel.append(MN.make("p", { class: "kind", text: item.k }));
  panel.append(MN.make("h2", { text: item.t, lang: item.lang }));
  const by = [item.by, MN.data.meanYear ? null : item.y, item.v].filter(Boolean).join(" · ");
  if (by) panel.append(MN.make("p", { class: "by soft", text: by }));
  const link = MN.doiLink(item.doi);
  if (link) panel.append(MN.make("p", { class: "small" }, link));
  if (item.w) panel.append(MN.make("p", { class: "why", text: item.w }));
  const facts = MN.make("dl");
  if (group && MN.data.groupFact) facts.append(MN.make("dt", { text: MN.data.groupFact }), MN.make("dd", { text: group.full || group.label }));
  for (const [key, value] of item.f || []) {
    const long = String(value).length > 56 || key.length > 26 ? "long" : null;
    facts.append(MN.make("dt", { text: key, class: long }), MN.make("dd", { text: value, class: long }));
  }
  if (facts.childElementCount) panel.append(facts);
  if (MN.data.quotes !== false) {
    panel.append(MN.make("h3", { text: MN.data.quoteTitle || words.quotes }));
    if (item.q && item.q.length) for (const entry of item.q) panel.append(MN.quote(entry));
    else panel.append(MN.make("p", { class: "soft small", text: item.nq || words.no_quote }));
  }
  const near = item.n ? (typeof item.n[0] === "number" || !item.n.length ? [[MN.data.near || words.near, item.n]] : item.n) : [];
  for (const [heading, indices] of near) {
    panel.append(MN.make("h3", { text: heading }));
    if (!indices.length) panel.append(MN.make("p", { class: "soft small", text: words.near_none }));
    const list = MN.make("ul", { class: "near" });
    for (const index of indices) if (MN.items[index]) list.append(MN.make("li", {}, MN.linkTo(MN.items[index])));
    panel.append(list);
  }
  const acts = MN.make("p", { class: "acts" });
  if (item.cite !== 0 && MN.data.citable) { const one = MN.make("button", { type: "button", text: words.copy_cite, on: { click: () => MN.copy(MN.cite(item), one) } }); acts.append(one); }
  const two = MN.make("button", { type: "button", text: words.copy_link, on: { click: () => MN.copy(location.href, two) } });
  acts.append(two, MN.make("button", { type: "button", text: words.close, on: { click: () => MN.select(null) } }));
  panel.append(acts);
  panel.scrollTop = 0;
};

MN.say = (words) => { const live = MN.byId("live"); if (live) live.textContent = words; };

MN.select = (index, move) => {
  MN.state.id = index;
  MN.panel();
  if (MN.view) MN.view.select(index, Boolean(move));
  MN.markRow();
  if (index !== null) {
    MN.say(`${MN.data.strings.selected}: ${MN.items[index].t}`);
    if (move && matchMedia("(max-width: 1180px)").matches) MN.byId("panel").scrollIntoView({ block: "nearest" });
  }
  MN.remember();
};

/* ---- table and export ---- */

MN.sort = { key: null, down: false };

MN.rows = () => {
  const rows = MN.items.filter((item) => (MN.lit ? MN.lit[item.i] : MN.mask[item.i]));
  const { key, down } = MN.sort;
  if (key !== null) {
    rows.sort((a, b) => {
      const x = a[key];
      const y = b[key];
      if (x === undefined || y === undefined) return x === y ? a.i - b.i : x === undefined ? 1 : -1;
      const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y));
      return (down ? -order : order) || a.i - b.i;
    });
  }
  return rows;
};

MN.cell = (item, column) => {
  if (column.k === "g") return item.g === undefined || !MN.data.groups ? "" : MN.data.groups[item.g].full || MN.data.groups[item.g].label;
  if (column.k === "na") return item.na === undefined || !MN.data.nations ? "" : MN.data.nations[item.na].label;
  const value = item[column.k];
  return value === undefined ? "" : value;
};

MN.table = () => {
  const table = MN.byId("table");
  if (!table || !MN.byId("tabled").open) return;
  const rows = MN.rows();
  MN.byId("tnote").textContent = rows.length > 200 ? MN.fill(MN.data.strings.table_note, { n: 200, all: rows.length }) : "";
  const head = MN.make("tr");
  for (const column of MN.data.columns) {
    const sorted = MN.sort.key === column.k;
    const button = MN.make("button", { type: "button", text: column.t + (sorted ? (MN.sort.down ? " ▼" : " ▲") : ""), on: { click: () => { MN.sort = { key: column.k, down: sorted ? !MN.sort.down : Boolean(column.num) }; MN.table(); } } });
    head.append(MN.make("th", { scope: "col", class: column.num ? "num" : null, "aria-sort": sorted ? (MN.sort.down ? "descending" : "ascending") : null }, button));
  }
  const body = MN.make("tbody");
  for (const item of rows.slice(0, 200)) {
    const line = MN.make("tr", { "data-row": item.i, class: item.i === MN.state.id ? "on" : null });
    MN.data.columns.forEach((column, at) => {
      const value = MN.cell(item, column);
      const cell = MN.make("td", { class: column.num ? "num" : null });
      if (at === 0) cell.append(MN.make("button", { type: "button", text: value, lang: item.lang, on: { click: () => MN.select(item.i, true) } }));
      else cell.textContent = typeof value === "number" && column.digits !== undefined ? value.toFixed(column.digits) : value;
      line.append(cell);
    });
    body.append(line);
  }
  table.replaceChildren(MN.make("thead", {}, head), body);
};

MN.markRow = () => {
  for (const row of document.querySelectorAll("tr[data-row]")) row.classList.toggle("on", Number(row.dataset.row) === MN.state.id);
};

MN.csvText = (heads, rows) => {
  const cell = (value) => {
    let text = String(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return [heads, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
};

MN.save = (name, blob) => {
  const link = MN.make("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  setTimeout(() => { URL.revokeObjectURL(link.href); link.remove(); }, 2000);
};

MN.fileName = (end) => `${MN.fold(`${MN.data.project} ${MN.data.view}`).replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "view"}.${end}`;

MN.saveCsv = () => {
  const heads = ["id", ...MN.data.columns.map((column) => column.t), "DOI"];
  const rows = MN.rows().map((item) => [item.id, ...MN.data.columns.map((column) => MN.cell(item, column)), item.doi || ""]);
  MN.save(MN.fileName("csv"), new Blob(["\ufeff", MN.csvText(heads, rows)], { type: "text/csv;charset=utf-8" }));
};

MN.svgText = () => {
  const node = MN.view.picture();
  node.setAttribute("xmlns", SVGNS);
  for (const part of [node, ...node.querySelectorAll("*")]) for (const name of ["class", "tabindex", "role", "data-i", "data-a", "data-b", "data-t", "aria-label"]) part.removeAttribute(name);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(node)}`;
};

MN.saveSvg = () => MN.save(MN.fileName("svg"), new Blob([MN.svgText()], { type: "image/svg+xml" }));

MN.savePng = () => {
  const direct = MN.view.bitmap && MN.view.bitmap();
  if (direct) { direct.toBlob((blob) => MN.save(MN.fileName("png"), blob)); return; }
  const text = MN.svgText();
  const box = MN.view.picture().viewBox.baseVal;
  const image = new Image();
  image.onload = () => {
    const canvas = MN.make("canvas");
    canvas.width = box.width * 2;
    canvas.height = box.height * 2;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => MN.save(MN.fileName("png"), blob));
  };
  image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
};

/* ---- the plain SVG engine: marks carry data-i, links data-a and data-b ---- */

MN.svgEngine = () => {
  const stage = MN.byId("stage");
  const marks = [...stage.querySelectorAll("[data-i]")];
  const links = [...stage.querySelectorAll("[data-a]")];
  const number = (node) => Number(node.dataset.i);
  const visible = () => marks.filter((node) => node.getClientRects().length && !node.classList.contains("gone"));
  const rove = (node) => { for (const other of marks) other.setAttribute("tabindex", other === node ? "0" : "-1"); };
  for (const node of marks) {
    node.addEventListener("click", () => { rove(node); MN.select(number(node)); });
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); MN.select(number(node)); MN.byId("panel").focus(); return; }
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!way) return;
      event.preventDefault();
      const here = node.getBoundingClientRect();
      let best = null;
      let least = Infinity;
      for (const other of visible()) {
        if (other === node) continue;
        const there = other.getBoundingClientRect();
        const dx = there.x + there.width / 2 - here.x - here.width / 2;
        const dy = there.y + there.height / 2 - here.y - here.height / 2;
        const along = dx * way[0] + dy * way[1];
        const across = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
        if (along <= 1) continue;
        const cost = along + 2.2 * across;
        if (cost < least) { least = cost; best = other; }
      }
      if (best) { rove(best); best.focus(); }
    });
  }
  const first = () => { const seen = visible(); if (!seen.some((node) => node.getAttribute("tabindex") === "0") && seen[0]) rove(seen[0]); };
  addEventListener("resize", first);
  first();
  return {
    show(mask, lit) {
      for (const node of marks) node.classList.toggle("off", !(lit ? lit[number(node)] : mask[number(node)]));
      for (const node of links) node.classList.toggle("off", !(mask[Number(node.dataset.a)] && mask[Number(node.dataset.b)]));
    },
    select(index, move) {
      for (const node of marks) node.classList.toggle("on", number(node) === index);
      for (const node of links) node.classList.toggle("lit", index !== null && (Number(node.dataset.a) === index || Number(node.dataset.b) === index));
      const target = visible().find((node) => number(node) === index);
      if (target) { rove(target); if (move) target.scrollIntoView({ block: "nearest", inline: "nearest" }); }
    },
    picture: () => ([...stage.querySelectorAll("svg.pic")].find((node) => node.getClientRects().length) || stage.querySelector("svg.pic")).cloneNode(true),
  };
};

/* ---- permalink: every value is checked when read ---- */

MN.remember = () => {
  if (!MN.ready) return;
  const s = MN.state;
  const parts = [];
  if (s.id !== null) parts.push(`id=${encodeURIComponent(MN.items[s.id].id)}`);
  if (s.off.size) parts.push(`off=${[...s.off].sort((a, b) => a - b).join(".")}`);
  if (s.nationsOff.size) parts.push(`no=${[...s.nationsOff].sort((a, b) => a - b).join(".")}`);
  if (s.from !== null || s.to !== null) parts.push(`yr=${s.from === null ? "" : s.from}-${s.to === null ? "" : s.to}`);
  if (s.by !== "group") parts.push(`by=${s.by}`);
  if (s.query) parts.push(`q=${encodeURIComponent(s.query)}`);
  if (MN.view && MN.view.place) { const place = MN.view.place(); if (place) parts.push(place); }
  /* a sandboxed frame has no address of its own to change */
  try { history.replaceState(null, "", parts.length ? `#${parts.join("&")}` : location.pathname + location.search); } catch { MN.framed = true; }
};

MN.recall = () => {
  const values = new Map();
  for (const part of location.hash.slice(1).split("&")) {
    const cut = part.indexOf("=");
    if (cut > 0) { try { values.set(part.slice(0, cut), decodeURIComponent(part.slice(cut + 1))); } catch { /* a broken escape is no link of ours */ } }
  }
  const numbers = (text, top) => (text || "").split(".").filter((part) => /^\d+$/.test(part)).map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < top);
  for (const n of numbers(values.get("off"), (MN.data.groups || []).length)) MN.state.off.add(n);
  for (const n of numbers(values.get("no"), (MN.data.nations || []).length)) MN.state.nationsOff.add(n);
  const years = /^(\d{4})?-(\d{4})?$/.exec(values.get("yr") || "");
  if (years) { MN.state.from = years[1] ? Number(years[1]) : null; MN.state.to = years[2] ? Number(years[2]) : null; }
  if (["year", "nation"].includes(values.get("by"))) MN.state.by = values.get("by");
  if ((values.get("q") || "").length < 200) MN.state.query = values.get("q") || "";
  MN.hash = values;
};

/* ---- controls that only some views have ---- */

MN.viewControls = () => {
  for (const button of document.querySelectorAll("[data-measure]")) {
    button.addEventListener("click", () => {
      for (const other of document.querySelectorAll("[data-measure]")) other.setAttribute("aria-pressed", String(other === button));
      const m = button.dataset.measure;
      for (const cell of document.querySelectorAll("[data-v0]")) cell.textContent = cell.getAttribute(`data-v${m}`);
      for (const cell of document.querySelectorAll("[data-f0]")) cell.setAttribute("fill", cell.getAttribute(`data-f${m}`));
    });
  }
  const period = MN.byId("period");
  if (period) period.addEventListener("change", () => {
    for (const part of document.querySelectorAll("[data-period]")) part.hidden = part.dataset.period !== period.value;
    MN.say(period.selectedOptions[0].textContent);
    dispatchEvent(new Event("resize"));
    if (MN.state.id !== null) MN.view.select(MN.state.id, false);
  });
  const main = MN.byId("mainonly");
  if (main) main.addEventListener("change", () => { for (const part of document.querySelectorAll("[data-side]")) part.classList.toggle("gone", main.checked); });
};

/* ---- aligned reader ---- */

MN.reader = () => {
  const pairs = [...document.querySelectorAll(".pair")];
  if (!pairs.length) return;
  const theme = MN.byId("rtheme");
  const kind = MN.byId("rkind");
  const note = MN.byId("rcount");
  let at = -1;
  const visible = () => pairs.filter((pair) => !pair.hidden);
  const filter = () => {
    for (const pair of pairs) pair.hidden = (theme.value !== "" && !pair.dataset.theme.split(";").includes(theme.value)) || (kind.value !== "" && pair.dataset.kind !== kind.value);
    note.textContent = MN.fill(MN.data.strings.shown, { n: visible().length, all: pairs.length });
    at = -1;
  };
  theme.addEventListener("change", filter);
  kind.addEventListener("change", filter);
  const go = (step) => {
    const seen = visible();
    if (!seen.length) return;
    at = Math.max(0, Math.min(seen.length - 1, at + step));
    for (const pair of pairs) pair.classList.toggle("on", pair === seen[at]);
    seen[at].focus({ preventScroll: true });
    seen[at].scrollIntoView({ block: "center" });
  };
  MN.byId("rnext").addEventListener("click", () => go(1));
  MN.byId("rprev").addEventListener("click", () => go(-1));
  document.addEventListener("keydown", (event) => {
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") go(1);
    if (event.key === "k") go(-1);
  });
  const ruled = new Map();
  const save = MN.byId("rsave");
  for (const pair of pairs) {
    for (const button of pair.querySelectorAll("[data-verdict]")) {
      button.addEventListener("click", () => {
        const verdict = button.dataset.verdict;
        const again = ruled.has(pair) && ruled.get(pair).verdict === verdict;
        if (again) ruled.delete(pair); else ruled.set(pair, { verdict, when: new Date().toISOString().replace(/\.\d+Z$/, "Z") });
        for (const other of pair.querySelectorAll("[data-verdict]")) other.setAttribute("aria-pressed", String(!again && other === button));
        save.disabled = ruled.size === 0;
        save.textContent = MN.fill(save.dataset.label, { n: ruled.size });
      });
    }
  }
  save.addEventListener("click", () => {
    const who = MN.byId("rwho").value.trim() || "reader";
    const rows = [...ruled].map(([pair, rule]) => [rule.when, who, MN.data.decisionKind, pair.dataset.subject, rule.verdict, ""]);
    const name = MN.fold(who).replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "reader";
    MN.save(`${name}.csv`, new Blob([MN.csvText(["when", "who", "kind", "subject", "verdict", "reason"], rows)], { type: "text/csv;charset=utf-8" }));
  });
  filter();
};

/* ---- start ---- */

MN.start = async () => {
  MN.data = await MN.read("data");
  const columns = MN.data.items || {};
  const [first] = Object.values(columns);
  MN.items = MN.itemsOf(MN.data.n === undefined ? (first || []).length : MN.data.n);
  MN.add(columns);
  const groups = MN.data.groups || [];
  for (const group of [...groups, ...(MN.data.nations || [])]) group.n = 0;
  for (const item of MN.items) {
    if (item.g !== undefined && groups[item.g]) groups[item.g].n += 1;
    if (item.na !== undefined && MN.data.nations) MN.data.nations[item.na].n += 1;
  }
  for (const nation of MN.data.nations || []) nation.nation = true;
  MN.recall();
  const theme = MN.byId("theme");
  theme.addEventListener("click", () => {
    document.documentElement.setAttribute("data-theme", MN.dark() ? "light" : "dark");
    if (MN.view && MN.view.theme) MN.view.theme();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (MN.view && MN.view.theme) MN.view.theme(); });
  const here = document.querySelector(".views [aria-current]");
  if (here) requestAnimationFrame(() => { const strip = here.closest(".views"); strip.scrollLeft = here.offsetLeft - strip.offsetLeft - 40; });
  MN.reader();
  if (!MN.byId("panel")) { MN.ready = true; document.documentElement.setAttribute("data-ready", "1"); return; }
  MN.years();
  const by = MN.byId("by");
  if (by) {
    by.value = MN.state.by;
    by.addEventListener("change", () => { MN.state.by = by.value; MN.legend(); if (MN.view.theme) MN.view.theme(); MN.remember(); });
  }
  MN.legend();
  const search = MN.byId("q");
  search.value = MN.state.query;
  let timer = 0;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => { MN.state.query = search.value; MN.apply(); }, 90); });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    clearTimeout(timer);
    MN.state.query = search.value;
    MN.apply();
    const hit = MN.lit ? MN.lit.indexOf(true) : -1;
    if (hit >= 0) { MN.select(hit, true); MN.byId("panel").focus(); }
  });
  MN.byId("reset").addEventListener("click", () => {
    Object.assign(MN.state, { query: "", from: null, to: null, lasso: null });
    MN.state.off.clear();
    MN.state.nationsOff.clear();
    search.value = "";
    if (MN.resetYears) MN.resetYears();
    if (MN.view.unlasso) MN.view.unlasso();
    MN.legend();
    MN.apply();
  });
  MN.byId("csv").addEventListener("click", MN.saveCsv);
  MN.byId("svg").addEventListener("click", MN.saveSvg);
  MN.byId("png").addEventListener("click", MN.savePng);
  MN.byId("tabled").addEventListener("toggle", MN.table);
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing) { event.preventDefault(); MN.byId("controls").open = true; search.focus(); }
    if (event.key === "Escape") { if (typing) event.target.blur(); MN.select(null); }
  });
  if (matchMedia("(max-width: 760px)").matches) MN.byId("controls").open = false;
  MN.viewControls();
  MN.sift();
  MN.view = (MN.engine || MN.svgEngine)();
  await MN.shown();
  performance.mark("mn-picture");
  if (MN.data.n !== undefined) {
    const { items, ...others } = await MN.rest();
    MN.add(items);
    Object.assign(MN.data, others);
  }
  MN.ready = true;
  MN.apply();
  const at = MN.items.findIndex((item) => item.id === MN.hash.get("id"));
  if (at >= 0) MN.select(at, true); else MN.panel();
  await MN.shown();
  performance.mark("mn-ready");
  document.documentElement.setAttribute("data-ready", "1");
};

/* once what has been drawn is on the screen; a page in the background has no frames and does not wait */
MN.shown = () => new Promise((done) => { if (document.hidden) done(); else requestAnimationFrame(() => setTimeout(done)); });

/* texts stand behind the scripts, so that the first picture need not wait for them */
MN.rest = async () => {
  if (document.readyState === "loading") await new Promise((done) => addEventListener("DOMContentLoaded", done));
  return MN.read("rest");
};

queueMicrotask(MN.start);
