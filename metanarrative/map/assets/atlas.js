/* Atlas: a map of many marks on a plain 2D canvas. A settled picture is kept; while the map
   moves only that picture is shifted and scaled, and 140 ms later the map is drawn afresh, so
   that the cost of a frame does not grow with the corpus. The pixels are MN.raster's; links too
   many for one frame are added in slices once the marks are there. */
MN.engine = () => {
  const box = MN.byId("atlas");
  const canvas = box.querySelector("canvas");
  const tip = box.querySelector(".tip");
  const pen = canvas.getContext("2d", { alpha: false });
  const kept = document.createElement("canvas");
  const keeping = kept.getContext("2d", { alpha: false });
  const raster = MN.raster();
  const { items, data } = MN;
  const words = data.strings;
  const n = items.length;
  const X = Float32Array.from(MN.typed(data.x), (v) => v / 10000);
  const Y = Float32Array.from(MN.typed(data.y), (v) => v / 10000);
  const links = MN.typed(data.links);
  const many = links.length > 1200;
  const top = items.reduce((most, item) => Math.max(most, item.c || 0), 1);
  const base = n > 8000 ? 2.1 : n > 2500 ? 2.8 : n > 700 ? 3.6 : n > 150 ? 5 : 6.5;
  const R = Float32Array.from(items, (item) => base * (1 + 2.1 * Math.sqrt((item.c || 0) / top)));
  /* small marks first, so that none is hidden by a larger one; of equals the earlier lies on top */
  const upward = Uint32Array.from(Float64Array.from(items, (item) => (item.c || 0) * n + (n - 1 - item.i)).sort(), (key) => n - 1 - (key % n));
  const order = upward.slice().reverse();
  const ends = (values) => values.reduce(([low, high_], v) => [Math.min(low, v), Math.max(high_, v)], [Infinity, -Infinity]);
  const [x0, x1] = ends(X);
  const [y0, y1] = ends(Y);
  const [midX, midY] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const [spanX, spanY] = [Math.max(x1 - x0, 0.05), Math.max(y1 - y0, 0.05)];
  const SX = new Float32Array(n); // where the marks stand on the bitmap
  const SY = new Float32Array(n);
  let { mask, lit } = MN;
  let chosen = null;
  let wide = 0;
  let high = 0;
  let ratio = 1;
  let scale = 1;
  let fitted = 1;
  let left = 0;
  let upper = 0;
  let keptAt = null;
  let lasso = null;
  let density = false;
  let labels = true;
  let colours = {};
  let looks = null;
  let changes = 0;
  let inked = { key: "", next: 0 };

  const fit = () => {
    fitted = Math.min((wide - (wide < 520 ? 60 : 110)) / spanX, (high - 70) / spanY);
    scale = fitted;
    left = wide / 2 - midX * scale;
    upper = high / 2 - midY * scale;
  };
  const px = (i) => left + X[i] * scale;
  const py = (i) => upper + Y[i] * scale;
  const growth = () => Math.min(2.4, Math.max(0.8, Math.sqrt(scale / fitted)));

  const colourOf = (item) => {
    if (MN.state.by === "year") {
      if (item.y === undefined) return "#9a9a9a";
      const [a, b] = MN.span;
      return MN.viridis[Math.min(6, Math.floor((7 * (item.y - a)) / Math.max(1, b - a + 1)))];
    }
    if (MN.state.by === "nation") return item.na === undefined ? "#6B6B6B" : data.nations[item.na].colour;
    return item.g === undefined ? "#6B6B6B" : data.groups[item.g].colour;
  };
  const G = Int16Array.from(items, (item) => (item.g === undefined ? -1 : item.g));
  const shapeOf = (item) => (item.g === undefined ? "disc" : data.groups[item.g].shape);

  const hex = (colour) => { pen.fillStyle = colour; return pen.fillStyle; };
  const readTheme = () => {
    const [paper, ink, soft, focus] = ["--card", "--ink", "--soft", "--focus"].map((name) => hex(MN.css(name)));
    colours = { paper, ink, soft, focus, edge: MN.dark() ? "#0b0d11" : "#22262e" };
    looks = null;
  };

  const trace = (pen, shape, x, y, r) => {
    pen.beginPath();
    if (shape === "square") pen.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
    else if (shape === "diamond") { const s = r * 1.25; pen.moveTo(x, y - s); pen.lineTo(x + s, y); pen.lineTo(x, y + s); pen.lineTo(x - s, y); pen.closePath(); }
    else if (shape === "triangle") { const s = r * 1.25; pen.moveTo(x, y - s); pen.lineTo(x + s * 0.866, y + s * 0.5); pen.lineTo(x - s * 0.866, y + s * 0.5); pen.closePath(); }
    else pen.arc(x, y, r, 0, 6.2832);
  };

  const stamp = (pen, shape, x, y, r, colour, hollow) => {
    trace(pen, shape, x, y, r);
    pen.fillStyle = hollow ? colours.paper : colour;
    pen.fill();
    pen.strokeStyle = hollow ? colour : colours.edge;
    pen.lineWidth = hollow ? Math.max(1.6, r * 0.28) : 1;
    pen.stroke();
  };

  /* many marks look alike: the list of looks, and which of them each mark has */
  const readLooks = () => {
    const [list, numbers, of] = [[], new Map(), new Uint16Array(n)];
    for (const item of items) {
      const [colour, shape, dim] = [colourOf(item), shapeOf(item), lit && !lit[item.i]];
      const key = `${colour}${shape}${item.h ? "h" : ""}${dim ? "d" : ""}`;
      if (!numbers.has(key)) {
        numbers.set(key, list.length);
        list.push({ shape, tone: raster.parts(colour), fill: item.h ? colours.paper : colour, edge: item.h ? colour : colours.edge, line: (item.h ? 1.6 : 1) * ratio, alpha: dim ? 0.15 : 1, drawn: [] });
      }
      of[item.i] = numbers.get(key);
    }
    looks = { list, of };
  };

  /* names of islands: where most of the marks that are shown stand together, counted on a coarse grid */
  const SQUARES = 10;
  const islands = () => {
    const out = [];
    if (MN.state.by === "nation") return out;
    (data.groups || []).forEach((group, g) => {
      if (group.other) return;
      const counts = new Uint32Array((SQUARES + 2) ** 2);
      const square = (i) => (1 + Math.min(SQUARES - 1, Math.floor((SQUARES * (Y[i] - y0)) / spanY))) * (SQUARES + 2) + 1 + Math.min(SQUARES - 1, Math.floor((SQUARES * (X[i] - x0)) / spanX));
      const mine = [];
      for (let i = 0; i < n; i += 1) if (G[i] === g && mask[i]) { mine.push(i); counts[square(i)] += 1; }
      if (mine.length < 2) return;
      const around = (at) => [-1, 0, 1].reduce((sum, row) => sum + [-1, 0, 1].reduce((all, column) => all + counts[at + row * (SQUARES + 2) + column] * (row || column ? 1 : 1.5), 0), 0);
      let best = -1;
      let most = 0;
      for (let at = SQUARES + 3; at < counts.length - SQUARES - 3; at += 1) if (counts[at] && around(at) > most) { most = around(at); best = at; }
      const near = mine.filter((i) => { const d = square(i) - best; return Math.abs(d) < 2 || Math.abs(Math.abs(d) - SQUARES - 2) < 2; });
      const middle = (values) => near.map((i) => values[i]).sort((a, b) => a - b)[near.length >> 1];
      out.push({ g, words: wide < 520 && group.brief ? group.brief : group.label, size: mine.length, x: middle(X), y: middle(Y), colour: MN.state.by === "group" ? group.colour : colours.soft, shape: group.shape });
    });
    return out.sort((a, b) => b.size - a.size);
  };

  const lines = (text, room) => {
    const parts = text.split(/\s+/);
    const out = [];
    let line = "";
    for (const part of parts) {
      const next = line ? `${line} ${part}` : part;
      if (line && pen.measureText(next).width > room) { out.push(line); line = part; } else line = next;
    }
    if (line) out.push(line);
    if (out.length > 3) { out.length = 3; out[2] += "…"; }
    return out;
  };

  /* how much of a box is covered by marks: sums over a coarse grid, so that any box costs four look-ups */
  const CELL = 5;
  const crowding = (grow, but = -2) => {
    const columns = Math.ceil(wide / CELL) + 1;
    const rows = Math.ceil(high / CELL) + 1;
    const full = new Uint8Array(columns * rows);
    for (let i = 0; i < n; i += 1) {
      if (!mask[i] || G[i] === but) continue;
      const [x, y, r] = [px(i), py(i), R[i] * grow];
      if (x < -r || y < -r || x > wide + r || y > high + r) continue;
      const c1 = Math.min(columns - 1, Math.floor((x + r) / CELL));
      const r1 = Math.min(rows - 1, Math.floor((y + r) / CELL));
      for (let row = Math.max(0, Math.floor((y - r) / CELL)); row <= r1; row += 1) for (let column = Math.max(0, Math.floor((x - r) / CELL)); column <= c1; column += 1) full[row * columns + column] = 1;
    }
    const sums = new Uint32Array((columns + 1) * (rows + 1));
    for (let row = 0; row < rows; row += 1) {
      let line = 0;
      for (let column = 0; column < columns; column += 1) {
        line += full[row * columns + column];
        sums[(row + 1) * (columns + 1) + column + 1] = sums[row * (columns + 1) + column + 1] + line;
      }
    }
    return (a, b, c, d) => {
      const [c0, r0] = [Math.max(0, Math.floor(a / CELL)), Math.max(0, Math.floor(b / CELL))];
      const [c1, r1] = [Math.min(columns, Math.ceil(c / CELL)), Math.min(rows, Math.ceil(d / CELL))];
      const area = Math.max(1, (c1 - c0) * (r1 - r0));
      const at = (row, column) => sums[row * (columns + 1) + column];
      return (at(r1, c1) - at(r0, c1) - at(r1, c0) + at(r0, c0)) / area;
    };
  };

  /* labels are chosen once a drawing; the SVG uses the same list */
  const chooseLabels = () => {
    const taken = [];
    const free = (a, b, c, d) => taken.every((t) => c < t[0] || a > t[2] || d < t[1] || b > t[3]);
    const grow = growth();
    const out = [];
    if (!labels || !MN.ready) return out; // the first picture is of marks alone: words come with the texts
    const covered = crowding(grow);
    pen.textBaseline = "middle";
    for (const island of islands()) {
      const size = wide < 520 ? 13 : island.size > n / 12 ? 18 : 15.5;
      pen.font = `600 ${size}px "Iowan Old Style","Palatino Linotype",Palatino,Georgia,"Liberation Serif",serif`;
      const rows = lines(island.words, wide < 520 ? 120 : 190);
      const w = Math.max(...rows.map((row, at) => pen.measureText(row).width + (at ? 0 : 2 * size)));
      const h = rows.length * size * 1.14;
      /* the freest spot near where the island is densest: never on marks of another group, unless there are so many
         that no paper is left; what it covers of its own counts, and how far it strays; else it is dropped */
      const others = crowding(grow, island.g);
      const bound = n > 700 ? 0.4 : 0;
      const [ox, oy] = [left + island.x * scale, upper + island.y * scale];
      if (ox < -w || oy < -h || ox > wide + w || oy > high + h) continue;
      let best = null;
      let least = Infinity;
      for (let down = -8; down <= 8; down += 1) {
        for (let along = -5; along <= 5; along += 1) {
          const x = Math.min(Math.max(ox + along * w * 0.25, w / 2 + 6), wide - w / 2 - 6);
          const y = Math.min(Math.max(oy + down * h * 0.55, h / 2 + 6), high - h / 2 - 6);
          const strays = Math.hypot(x - ox, (y - oy) * 1.3) / 420;
          const edges = [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
          const strange = others(...edges);
          const cost = 4 * strange + 3 * covered(...edges) + 2.4 * strays;
          if (cost < least && strange <= bound && strays < 0.6 && free(x - w / 2, y - h / 2, x + w / 2, y + h / 2)) { least = cost; best = [x, y]; }
        }
      }
      if (!best) continue;
      const [x, placed] = best;
      taken.push([x - w / 2 - 4, placed - h / 2 - 2, x + w / 2 + 4, placed + h / 2 + 2]);
      const [dx, dy] = [ox - x, oy - placed];
      const far = Math.min((w / 2 + 3) / Math.max(Math.abs(dx), 1e-6), (h / 2 + 3) / Math.max(Math.abs(dy), 1e-6));
      const leader = far < 1 && Math.hypot(dx, dy) * (1 - far) > 14 ? [x + dx * far, placed + dy * far, ox, oy] : null;
      const half = pen.measureText(rows[0]).width / 2;
      const top = placed - ((rows.length - 1) / 2) * size * 1.14;
      out.push({ glyph: island.shape, colour: island.colour, leader, x: x - half, y: top, r: size * 0.38, size });
      rows.forEach((row, at) => out.push({ words: row, x: x + (at ? 0 : size * 0.6), y: placed + (at - (rows.length - 1) / 2) * size * 1.14, font: pen.font, size, island: true, anchor: "center" }));
    }
    const most = scale > fitted * 1.6 ? 70 : wide < 520 ? 6 : 14;
    let named = 0;
    let tried = 0;
    pen.font = "12px system-ui,-apple-system,\"Segoe UI\",Arial,sans-serif";
    const first = chosen === null ? [] : [chosen, ...(items[chosen].n || []).filter((v) => typeof v === "number").slice(0, 4)];
    for (const i of [...first, ...order]) {
      if (named >= most + first.length || tried > 300) break;
      if (!(lit ? lit[i] : mask[i])) continue;
      const x = px(i);
      const y = py(i);
      if (x < 0 || y < 0 || x > wide || y > high) continue;
      const label = items[i].s || "";
      if (!label) continue;
      tried += 1;
      const w = pen.measureText(label).width;
      const r = R[i] * grow + 4;
      const spots = [[x + r, y], [x - r - w, y], [x - w / 2, y - r - 7], [x - w / 2, y + r + 7]];
      let best = null;
      let least = first.includes(i) ? Infinity : 0.16;
      for (const [ax, ay] of spots) {
        if (ax < 3 || ax + w > wide - 3 || !free(ax - 1, ay - 8, ax + w + 1, ay + 8)) continue;
        const cost = covered(ax + 3, ay - 6, ax + w, ay + 6);
        if (cost < least) { least = cost; best = [ax, ay]; }
      }
      if (!best) continue;
      taken.push([best[0] - 3, best[1] - 9, best[0] + w + 3, best[1] + 9]);
      out.push({ words: label, x: best[0], y: best[1], font: pen.font, size: 12, island: false, anchor: "left", i });
      named += 1;
    }
    return out;
  };

  const neighbours = () => {
    const ends = new Set((items[chosen].n || []).filter((v) => typeof v === "number"));
    for (let at = 0; at < links.length; at += 2) {
      if (links[at] === chosen) ends.add(links[at + 1]);
      else if (links[at + 1] === chosen) ends.add(links[at]);
    }
    return [...ends].filter((end) => mask[end]);
  };

  /* some milliseconds of links; true while there are more */
  const addLinks = (milliseconds) => {
    inked.next = raster.addLinks(links, inked.next, performance.now() + milliseconds, SX, SY, mask, ratio > 1.5);
    return inked.next * 2 < links.length;
  };

  const bitmap = () => {
    for (let i = 0; i < n; i += 1) { SX[i] = px(i) * ratio; SY[i] = py(i) * ratio; }
    if (!looks) readLooks();
    const key = [scale, left, upper, wide, high, ratio, changes].join();
    if (inked.key !== key) { inked = { key, next: 0 }; raster.clearLinks(); addLinks(8); }
    raster.ground(colours.paper, colours.soft, many ? 0.13 : 0.22);
    if (density) raster.density(SX, SY, mask, (i) => looks.list[looks.of[i]].tone, ratio * Math.max(26, Math.min(90, 900 / Math.sqrt(n))) * Math.sqrt(scale / fitted));
    raster.marks(upward, mask, SX, SY, R, growth() * ratio, looks.list, looks.of);
  };

  const paint = () => {
    const grow = growth();
    bitmap();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.putImageData(raster.image, 0, 0);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (chosen !== null) {
      const ends = neighbours();
      pen.strokeStyle = colours.focus;
      pen.lineWidth = 1.8;
      pen.beginPath();
      for (const end of ends) { pen.moveTo(px(chosen), py(chosen)); pen.lineTo(px(end), py(end)); }
      pen.stroke();
      for (const i of [...ends, chosen]) if (mask[i]) stamp(pen, shapeOf(items[i]), px(i), py(i), R[i] * grow, colourOf(items[i]), Boolean(items[i].h));
    }
    if (chosen !== null && mask[chosen]) {
      pen.beginPath();
      pen.arc(px(chosen), py(chosen), R[chosen] * grow + 6, 0, 6.2832);
      pen.strokeStyle = colours.focus;
      pen.lineWidth = 3;
      pen.stroke();
    }
    pen.lineJoin = "round";
    for (const label of chooseLabels()) {
      if (label.glyph) {
        if (label.leader) {
          pen.beginPath();
          pen.moveTo(label.leader[0], label.leader[1]);
          pen.lineTo(label.leader[2], label.leader[3]);
          pen.strokeStyle = colours.ink;
          pen.lineWidth = 1.1;
          pen.stroke();
        }
        stamp(pen, label.glyph, label.x, label.y, label.r, label.colour, false);
        continue;
      }
      pen.font = label.font;
      pen.textAlign = label.anchor === "center" ? "center" : "left";
      pen.textBaseline = "middle";
      pen.lineWidth = label.island ? 5 : 3.5;
      pen.strokeStyle = colours.paper;
      pen.globalAlpha = label.island ? 0.86 : 0.8;
      pen.strokeText(label.words, label.x, label.y);
      pen.globalAlpha = 1;
      pen.fillStyle = colours.ink;
      pen.fillText(label.words, label.x, label.y);
    }
    if (lasso && lasso.points.length > 1) {
      pen.beginPath();
      lasso.points.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.strokeStyle = colours.focus;
      pen.lineWidth = 2;
      pen.setLineDash([6, 4]);
      pen.stroke();
      pen.setLineDash([]);
    }
  };

  const keep = () => {
    kept.width = canvas.width;
    kept.height = canvas.height;
    keeping.drawImage(canvas, 0, 0);
    keptAt = { scale, left, upper };
  };

  let due = 0;
  let settle = 0;
  let rest = 0;
  /* the links that are still missing, some in every frame; the picture is renewed when all are there */
  const more = () => {
    rest = 0;
    if (addLinks(10)) { rest = requestAnimationFrame(more); return; }
    paint();
    keep();
  };
  const full = () => {
    due = 0;
    cancelAnimationFrame(rest);
    rest = 0;
    paint();
    keep();
    if (inked.next * 2 < links.length) rest = requestAnimationFrame(more);
  };
  const redraw = () => { if (!due) due = requestAnimationFrame(full); };
  const glide = () => {
    clearTimeout(settle);
    settle = setTimeout(() => { redraw(); MN.remember(); }, 140);
    if (n < 400 || !keptAt) { redraw(); return; }
    if (due) return;
    cancelAnimationFrame(rest);
    rest = 0;
    due = requestAnimationFrame(() => {
      due = 0;
      const k = scale / keptAt.scale;
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.fillStyle = colours.paper;
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.setTransform(k, 0, 0, k, ratio * (left - keptAt.left * k), ratio * (upper - keptAt.upper * k));
      pen.drawImage(kept, 0, 0);
    });
  };

  const zoom = (factor, cx = wide / 2, cy = high / 2) => {
    const next = Math.min(fitted * 40, Math.max(fitted * 0.5, scale * factor));
    left = cx - (cx - left) * (next / scale);
    upper = cy - (cy - upper) * (next / scale);
    scale = next;
    glide();
  };

  const nearest = (x, y, reach) => {
    const grow = growth();
    let best = null;
    let least = Infinity;
    for (let i = 0; i < n; i += 1) {
      if (!mask[i]) continue;
      const d = Math.hypot(px(i) - x, py(i) - y) - R[i] * grow;
      if (d < least && d < reach) { least = d; best = i; }
    }
    return best;
  };

  const hover = (event) => {
    const at = nearest(event.offsetX, event.offsetY, 3);
    tip.hidden = at === null;
    if (at === null) return;
    tip.textContent = [items[at].t, [items[at].by, items[at].y].filter(Boolean).join(", ")].filter(Boolean).join(" — ");
    const x = Math.min(event.offsetX + 14, wide - Math.min(300, wide * 0.8));
    tip.style.left = `${Math.max(4, x)}px`;
    tip.style.top = `${event.offsetY + 16}px`;
  };

  const pointers = new Map();
  let moved = 0;
  let pinch = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    moved = 0;
    tip.hidden = true;
    if (lasso) lasso.points = [[event.offsetX, event.offsetY]];
    else canvas.classList.add("grabbing");
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) { hover(event); return; }
    const [x, y] = pointers.get(event.pointerId);
    const dx = event.offsetX - x;
    const dy = event.offsetY - y;
    pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    moved += Math.abs(dx) + Math.abs(dy);
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()];
      const gap = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (pinch) zoom(gap / pinch, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
      pinch = gap;
      return;
    }
    if (lasso) { lasso.points.push([event.offsetX, event.offsetY]); redraw(); return; }
    left += dx;
    upper += dy;
    glide();
  });
  const inside = (x, y, points) => {
    let odd = false;
    for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
      const [ax, ay] = points[i];
      const [bx, by] = points[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
    }
    return odd;
  };
  const lift = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    pinch = 0;
    canvas.classList.remove("grabbing");
    if (lasso && lasso.points.length > 4 && moved > 12) {
      const within = new Set();
      for (let i = 0; i < n; i += 1) if (inside(px(i), py(i), lasso.points)) within.add(i);
      MN.state.lasso = within;
      setLasso(false);
      MN.byId("tabled").open = true;
      MN.say(MN.fill(words.lasso_done, { n: within.size }));
      MN.apply();
      return;
    }
    if (moved < 5) {
      const at = nearest(event.offsetX, event.offsetY, 7);
      if (at !== null || chosen !== null) MN.select(at);
    }
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && document.activeElement !== canvas) return; // the page keeps its own wheel until the map is chosen
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.0016), event.offsetX, event.offsetY);
  }, { passive: false });

  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    const way = ways[event.key];
    if (way) {
      event.preventDefault();
      if (event.shiftKey) { left -= 60 * way[0]; upper -= 60 * way[1]; glide(); return; }
      if (chosen === null) { const start = nearest(wide / 2, high / 2, Infinity); if (start !== null) MN.select(start); return; }
      let best = null;
      let least = Infinity;
      for (let i = 0; i < n; i += 1) {
        if (i === chosen || !mask[i]) continue;
        const dx = X[i] - X[chosen];
        const dy = Y[i] - Y[chosen];
        const along = dx * way[0] + dy * way[1];
        if (along <= 1e-6) continue;
        const cost = along + 2.2 * (Math.abs(dx * way[1]) + Math.abs(dy * way[0]));
        if (cost < least) { least = cost; best = i; }
      }
      if (best !== null) MN.select(best, true);
    } else if (event.key === "+" || event.key === "=") zoom(1.4);
    else if (event.key === "-") zoom(1 / 1.4);
    else if (event.key === "0") { fit(); glide(); }
    else if (event.key === "Enter" && chosen !== null) MN.byId("panel").focus();
  });

  const setLasso = (on) => {
    lasso = on ? { points: [] } : null;
    canvas.classList.toggle("lasso", on);
    MN.byId("mlasso").setAttribute("aria-pressed", String(on));
    if (on) MN.say(words.lasso_on);
    redraw();
  };
  MN.byId("zin").addEventListener("click", () => zoom(1.5));
  MN.byId("zout").addEventListener("click", () => zoom(1 / 1.5));
  MN.byId("zall").addEventListener("click", () => { fit(); glide(); });
  MN.byId("mlasso").addEventListener("click", () => setLasso(!lasso));
  MN.byId("mdensity").addEventListener("click", (event) => { density = !density; event.currentTarget.setAttribute("aria-pressed", String(density)); redraw(); });
  MN.byId("mlabels").addEventListener("click", (event) => { labels = !labels; event.currentTarget.setAttribute("aria-pressed", String(labels)); redraw(); });

  const picture = () => {
    const grow = growth();
    const svg = MN.draw("svg", { xmlns: SVGNS, viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, "font-family": "system-ui, Arial, sans-serif" });
    svg.append(MN.draw("rect", { width: wide, height: high, fill: "#fff" }));
    const d = [];
    for (let at = 0; at < links.length; at += 2) {
      const [a, b] = [links[at], links[at + 1]];
      if (mask[a] && mask[b]) d.push(`M${px(a).toFixed(1)} ${py(a).toFixed(1)}L${px(b).toFixed(1)} ${py(b).toFixed(1)}`);
    }
    svg.append(MN.draw("path", { d: d.join(""), stroke: "#565d68", "stroke-opacity": 0.18, fill: "none" }));
    for (const i of upward) {
      if (!mask[i]) continue;
      const item = items[i];
      const colour = colourOf(item);
      const node = MN.draw("path", { d: MN.markPath(shapeOf(item), px(i), py(i), R[i] * grow), fill: item.h ? "#fff" : colour, stroke: item.h ? colour : "#22262e", "stroke-width": item.h ? 2 : 1 });
      const title = MN.draw("title");
      title.textContent = item.t;
      node.append(title);
      svg.append(node);
    }
    for (const label of chooseLabels()) {
      if (label.glyph) {
        if (label.leader) svg.append(MN.draw("path", { d: `M${label.leader[0].toFixed(1)} ${label.leader[1].toFixed(1)}L${label.leader[2].toFixed(1)} ${label.leader[3].toFixed(1)}`, stroke: "#1d2129", "stroke-width": 1.1, fill: "none" }));
        svg.append(MN.draw("path", { d: MN.markPath(label.glyph, label.x, label.y, label.r), fill: label.colour, stroke: "#22262e" }));
        continue;
      }
      const node = MN.draw("text", { x: label.x.toFixed(1), y: (label.y + label.size * 0.34).toFixed(1), "font-size": label.size, "font-weight": label.island ? 600 : 400, "font-family": label.island ? "Georgia, serif" : null, "text-anchor": label.anchor === "center" ? "middle" : "start", fill: "#1d2129", stroke: "#fff", "stroke-width": 3.5, "paint-order": "stroke", "stroke-linejoin": "round" });
      node.textContent = label.words;
      svg.append(node);
    }
    return svg;
  };

  const resize = () => {
    const frame = canvas.getBoundingClientRect();
    if (!frame.width) return;
    const first = wide === 0;
    if (wide === frame.width && high === frame.height && ratio === Math.min(2, devicePixelRatio || 1)) return;
    const [w0, h0] = [wide, high];
    wide = frame.width;
    high = frame.height;
    ratio = Math.min(2, devicePixelRatio || 1);
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(high * ratio);
    raster.resize(canvas.width, canvas.height);
    inked.key = "";
    looks = null;
    if (first) fit();
    else {
      const zoomed = scale / fitted;
      const [ox, oy] = [(w0 / 2 - left) / scale, (h0 / 2 - upper) / scale];
      fit();
      scale = fitted * zoomed;
      left = wide / 2 - ox * scale;
      upper = high / 2 - oy * scale;
    }
    full();
  };
  readTheme();
  new ResizeObserver(resize).observe(canvas);
  resize();

  const standin = box.querySelector(".standin");
  addEventListener("beforeprint", () => { const svg = picture(); svg.removeAttribute("width"); svg.removeAttribute("height"); standin.replaceChildren(svg); });
  addEventListener("afterprint", () => standin.replaceChildren());

  const seen = MN.hash;
  const z = Number(seen.get("z"));
  const [hx, hy] = [Number(seen.get("x")), Number(seen.get("y"))];
  if (z >= 0.5 && z <= 40 && Math.abs(hx) <= 2 && Math.abs(hy) <= 2) {
    scale = fitted * z;
    left = wide / 2 - hx * scale;
    upper = high / 2 - hy * scale;
    redraw();
  }

  return {
    show(m, l) { [mask, lit, looks] = [m, l, null]; changes += 1; redraw(); },
    select(index, move) {
      chosen = index;
      if (index !== null && move) {
        const x = px(index);
        const y = py(index);
        if (x < 30 || y < 30 || x > wide - 30 || y > high - 30) { left += wide / 2 - x; upper += high / 2 - y; }
      }
      redraw();
    },
    theme() { readTheme(); redraw(); },
    unlasso() { setLasso(false); },
    place() {
      if (Math.abs(scale / fitted - 1) < 0.01 && Math.abs(left + midX * scale - wide / 2) < 2 && Math.abs(upper + midY * scale - high / 2) < 2) return "";
      return `z=${(scale / fitted).toFixed(2)}&x=${((wide / 2 - left) / scale).toFixed(3)}&y=${((high / 2 - upper) / scale).toFixed(3)}`;
    },
    picture,
    bitmap() {
      const copy = document.createElement("canvas");
      copy.width = canvas.width;
      copy.height = canvas.height;
      copy.getContext("2d").drawImage(canvas, 0, 0);
      return copy;
    },
    redrawNow: full,
  };
};
