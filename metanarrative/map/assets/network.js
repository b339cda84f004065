/* The pyvis engine: vis-network draws what pyvis prepared, at coordinates computed in Python.
   Physics is off; search, filters, panel and table are the shell's. */
MN.engine = () => {
  const box = MN.byId("net");
  const { items, data } = MN;
  const words = data.strings;
  const paint = () => ({ ink: MN.css("--ink"), card: MN.css("--card"), soft: MN.css("--soft"), focus: MN.css("--focus") });
  let { mask, lit } = MN;
  let chosen = null;
  let least = 0;

  const colourOf = (item) => {
    if (MN.state.by === "year" && MN.span) {
      if (item.y === undefined) return "#9a9a9a";
      const [a, b] = MN.span;
      return MN.viridis[Math.min(6, Math.floor((7 * (item.y - a)) / Math.max(1, b - a + 1)))];
    }
    return item.g === undefined ? "#6B6B6B" : data.groups[item.g].colour;
  };

  /* what nodes and links look like now */
  const looks = () => {
    const theme = paint();
    const edge = MN.dark() ? "#0b0d11" : "#22262e";
    const near = new Set(chosen === null ? [] : [chosen]);
    let drawn = 0;
    const lines = data.network.edges.map((link) => {
      const on = mask[link.from] && mask[link.to] && link.strength >= least;
      const touched = chosen !== null && (link.from === chosen || link.to === chosen);
      if (on) drawn += 1;
      if (on && touched) { near.add(link.from); near.add(link.to); }
      return { id: link.id, hidden: !on, color: { color: touched ? theme.focus : theme.soft, opacity: touched ? 0.95 : chosen === null ? 0.34 : 0.1 } };
    });
    const marks = items.map((item) => {
      const dim = (lit && !lit[item.i]) || (chosen !== null && !near.has(item.i));
      const colour = colourOf(item);
      return {
        id: item.i,
        hidden: !mask[item.i],
        opacity: dim ? 0.22 : 1,
        color: { background: colour, border: item.i === chosen ? theme.focus : edge, highlight: { background: colour, border: theme.focus } },
        borderWidth: item.i === chosen ? 4 : 1,
        font: { ...data.network.nodes[item.i].font, color: dim ? theme.soft : theme.ink, strokeColor: theme.card, strokeWidth: 4 },
      };
    });
    const note = MN.byId("nlinks");
    if (note) note.textContent = MN.fill(words.threshold_note, { n: drawn });
    return [marks, lines];
  };

  /* vis-network works through every node and link for each change: the first look comes with the data */
  const [marks, lines] = looks();
  const nodes = new vis.DataSet(data.network.nodes.map((node, i) => ({ ...node, ...marks[i] })));
  const edges = new vis.DataSet(data.network.edges.map((link, i) => ({ ...link, ...lines[i] })));
  const network = new vis.Network(box, { nodes, edges }, data.network.options);
  const frame = box.querySelector(".vis-network");
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-label", data.title);
  frame.setAttribute("aria-describedby", "keys");

  const refresh = () => {
    const [marks_, lines_] = looks();
    edges.update(lines_);
    nodes.update(marks_);
  };

  network.on("click", (event) => {
    const at = event.nodes.length ? event.nodes[0] : null;
    if (at !== null || chosen !== null) MN.select(at);
  });
  const whole = () => { network.fit({ animation: false }); network.moveTo({ scale: network.getScale() * 1.04, animation: false }); };
  const zoom = (factor) => { network.moveTo({ scale: network.getScale() * factor, animation: false }); name(); };
  const shift = (x, y) => { const view = network.getViewPosition(); const k = network.getScale(); network.moveTo({ position: { x: view.x + x / k, y: view.y + y / k }, animation: false }); };
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  frame.addEventListener("keydown", (event) => {
    const way = ways[event.key];
    if (way) {
      event.preventDefault();
      if (event.shiftKey) { shift(60 * way[0], 60 * way[1]); return; }
      const from = chosen === null ? { x: 0, y: 0 } : data.network.nodes[chosen];
      let best = null;
      let cheapest = Infinity;
      for (const node of data.network.nodes) {
        if (node.id === chosen || !mask[node.id]) continue;
        const dx = node.x - from.x;
        const dy = node.y - from.y;
        const along = dx * way[0] + dy * way[1];
        if (along <= 1e-6) continue;
        const cost = along + 2.2 * (Math.abs(dx * way[1]) + Math.abs(dy * way[0]));
        if (cost < cheapest) { cheapest = cost; best = node.id; }
      }
      if (best !== null) MN.select(best, true);
    } else if (event.key === "+" || event.key === "=") zoom(1.35);
    else if (event.key === "-") zoom(1 / 1.35);
    else if (event.key === "0") { whole(); name(); }
    else if (event.key === "Enter" && chosen !== null) MN.byId("panel").focus();
  });
  MN.byId("zin").addEventListener("click", () => zoom(1.35));
  MN.byId("zout").addEventListener("click", () => zoom(1 / 1.35));
  MN.byId("zall").addEventListener("click", () => { whole(); name(); });
  const slider = MN.byId("strength");
  if (slider) slider.addEventListener("input", () => { least = data.network.steps[Number(slider.value)]; MN.byId("strengthv").textContent = least.toFixed(1); refresh(); });
  whole();

  /* names in one size that can be read, largest marks first: one stands below or above its mark where
     it covers neither a name nor a mark (the dozen largest may cover the fewest); the others are
     too small to be drawn and wait for the zoom */
  const name = () => {
    const scale = network.getScale();
    const narrow = box.clientWidth < 520;
    const [size, most] = narrow ? [11, 22] : [12, 60];
    const pen = document.createElement("canvas").getContext("2d");
    const face = getComputedStyle(document.body).fontFamily;
    pen.font = `${size}px ${face}`;
    const spots = data.network.nodes.map((node) => ({ ...network.canvasToDOM(node), r: node.size * scale }));
    const taken = [];
    const ranked = [...data.network.nodes].sort((a, b) => b.size - a.size || a.id - b.id);
    for (const [rank, node] of ranked.entries()) {
      const at = spots[node.id];
      const half = pen.measureText(node.label).width / 2 + 2;
      let best = null;
      for (const top of taken.length < most ? [at.y + at.r + 1, at.y - at.r - size - 4] : []) {
        const spot = [at.x - half, top, at.x + half, top + size + 3];
        if (spot[0] < 2 || spot[2] > box.clientWidth - 2 || spot[1] < 2 || spot[3] > box.clientHeight - 2) continue;
        if (taken.some((t) => spot[0] < t[2] && spot[2] > t[0] && spot[1] < t[3] && spot[3] > t[1])) continue;
        const covered = spots.filter((o, i) => i !== node.id && spot[0] < o.x + 0.8 * o.r && spot[2] > o.x - 0.8 * o.r && spot[1] < o.y + 0.8 * o.r && spot[3] > o.y - 0.8 * o.r).length;
        if ((covered === 0 || rank < 12) && (best === null || covered < best.covered)) best = { covered, spot, above: top < at.y };
      }
      if (best) taken.push(best.spot);
      const high = (best ? size : 3) / scale; // vis-network draws none below 4
      node.font = { ...node.font, face, size: high, vadjust: best && best.above ? -(2 * node.size + 1.45 * high) : 0 };
    }
    refresh();
  };
  name();
  let waiting = 0;
  const rename = () => { clearTimeout(waiting); waiting = setTimeout(name, 150); };
  for (const event of ["resize", "zoom", "dragEnd"]) network.on(event, rename);

  return {
    show(m, l) {
      const same = !l && !lit && m.every((on, i) => on === mask[i]);
      mask = m;
      lit = l;
      if (!same) refresh();
    },
    select(index, move) {
      chosen = index;
      refresh();
      if (index !== null && move) {
        const at = network.canvasToDOM(data.network.nodes[index]);
        if (at.x < 30 || at.y < 30 || at.x > box.clientWidth - 30 || at.y > box.clientHeight - 30) network.moveTo({ position: data.network.nodes[index], animation: false });
      }
    },
    theme: refresh,
    picture: () => document.querySelector(".noscreen svg.pic").cloneNode(true),
    network,
  };
};
