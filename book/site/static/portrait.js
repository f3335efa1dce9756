// The mean field of Sec. IV A under one's hand: a start that is dragged over the disk and, linked
// to it, the particle in its potential and the inversion. The numbers are those of
// lmgcav/mean_field.py and basins.py, under their names; tests/test_portrait.py compares them.
// Times and b are in units of 2/(NΓ); drive = 2Ω/(NΓ) is not negative, twist = 2χ/Γ has any sign.
(() => {
  "use strict";
  const STEP = 0.02; // of the integration, in units of the shortest time of the flow

  // --- Numbers

  const focus = (drive, twist) => [(-drive * twist) / (1 + twist ** 2), drive / (1 + twist ** 2)];
  const square = ([x, y]) => x * x + y * y;

  // Transverse spin (s_x, s_y) as a function of b, Eq. (16).
  function spiral(drive, twist, [x, y]) {
    const [ax, ay] = focus(drive, twist);
    return (b) => {
      const [c, s] = [Math.exp(-b) * Math.cos(twist * b), Math.exp(-b) * Math.sin(twist * b)];
      return [ax + (x - ax) * c - (y - ay) * s, ay + (x - ax) * s + (y - ay) * c];
    };
  }

  // V(b) of Eq. (18).
  function potential(drive, twist, start, b) {
    return square(spiral(drive, twist, start)(b));
  }

  // Eq. (15) as d²b/dt² = -V'(b)/2 = |s_+|² - drive s_y, by Nyström's method of fourth order.
  function trajectory(drive, twist, start, times) {
    const at = spiral(drive, twist, start);
    const pull = (place) => square(place) - drive * place[1];
    let [t, b, v] = [0, 0, -start[2]];
    return times.map((time) => {
      const steps = Math.ceil(((time - t) * (drive + Math.hypot(1, twist))) / STEP);
      const h = (time - t) / steps;
      for (let i = 0; i < steps; i++) {
        const first = pull(at(b));
        const middle = pull(at(b + (h / 2) * v + (h * h / 8) * first));
        const last = pull(at(b + h * v + (h * h / 2) * middle));
        b += h * v + (h * h / 6) * (first + 2 * middle);
        v += (h / 6) * (first + 4 * middle + last);
      }
      t = time;
      return { t, b, s: [...at(b), -v] };
    });
  }

  // Arm from the focus to the saddle, for 1 ≤ drive ≤ √(1 + twist²) and twist ≥ 0.
  function saddleArm(drive, twist) {
    const root = Math.sqrt((drive - 1) * (drive + 1));
    return [(twist - root) / Math.hypot(1, twist), Math.atan(twist) + Math.atan(root)];
  }

  // How far a start lies outside the spiral through the saddle.
  function outdistance(drive, twist, [x, y]) {
    const [ax, ay] = focus(drive, Math.abs(twist));
    const [dx, dy] = [(twist < 0 ? -x : x) - ax, y - ay];
    const [length, angle] = saddleArm(drive, Math.abs(twist));
    const turn = (angle - Math.atan2(dy, dx) + 4 * Math.PI) % (2 * Math.PI);
    return Math.abs(twist) * Math.log(Math.hypot(dx, dy) / length) - turn;
  }

  const isNormal = (drive, twist) => drive > 1 && drive >= Math.hypot(1, twist);
  const isMultistable = (drive, twist) => drive > 1 && drive < Math.hypot(1, twist);

  function oscillates(drive, twist, start) {
    return isNormal(drive, twist) || (drive > 1 && outdistance(drive, twist, start) > 0);
  }

  // 2Ω̃/(NΓ) of a start.
  function criticalDrive(twist, start) {
    let [low, high] = [1, Math.hypot(1, twist)];
    for (let i = 0; i < 52; i++) {
      const middle = (low + high) / 2;
      if (outdistance(middle, twist, start) > 0) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  }

  // SS₁, where the focus is in the disk, and SS₂ and SS₃, Eqs. (21) and (23).
  function fixedPoints(drive, twist) {
    const found = [];
    const a = focus(drive, twist);
    if (drive <= Math.hypot(1, twist)) {
      found.push({ name: "SS₁", kind: "sink", s: [...a, -Math.sqrt(Math.max(0, 1 - square(a)))] });
    }
    if (drive >= 1) {
      const x = (twist < 0 ? 1 : -1) * Math.sqrt(1 - drive ** -2);
      const kind = isMultistable(drive, twist) ? "saddle" : "centre";
      found.push({ name: "SS₂", kind, s: [x, 1 / drive, 0] });
      found.push({ name: "SS₃", kind: "centre", s: [-x, 1 / drive, 0] });
    }
    return found;
  }

  window.portrait = { trajectory, potential, oscillates, criticalDrive, fixedPoints };

  // --- Drawing

  const [UNIT, END, EVERY] = [130, 25, 0.05]; // pixels; the longest time, and between two times
  const TIMES = Array.from({ length: END / EVERY + 1 }, (_, i) => i * EVERY);
  const [WIDTH, HEIGHT] = [310, 118];

  const range = (low, high, step) =>
    Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => low + i * step);
  const onDisk = ([x, y]) => [UNIT * x, -UNIT * y];
  const path = (points) => `M${points.map((p) => p.map((v) => v.toFixed(1)).join(" ")).join("L")}`;
  const signed = (text) => text.replace(/^-(?=0\.?0*$)/, "").replace("-", "−");
  const tidy = (value, digits = 2) => signed(value.toFixed(digits));
  const plain = (value) => signed(String(Number(value.toFixed(3))));
  const vector = (s) => `(${s.map((v) => tidy(v)).join(", ")})`;

  // The part of the disk that oscillates: between the separatrix and the rim at SS₃.
  function oscillatingPart(drive, twist) {
    const rim = (angle) => [Math.cos(angle), Math.sin(angle)];
    if (isNormal(drive, twist)) return path(range(0, 6.3, 0.05).map(rim).map(onDisk));
    if (!isMultistable(drive, twist)) return "";
    const tilt = Math.acos(1 / drive);
    const saddle = Math.PI / 2 + tilt;
    const outward = spiral(drive, Math.abs(twist), rim(saddle));
    const border = [rim(saddle)];
    for (let b = 0; border.length < 2 || square(border.at(-1)) < 1; border.push(outward(b))) {
      b -= 0.02 * Math.min(1, tilt);
    }
    const entry = Math.atan2(...border.pop().reverse());
    const arc = (saddle - entry + 2 * Math.PI) % (2 * Math.PI);
    border.push(...range(0, 1, 0.01).map((part) => rim(entry + part * arc)));
    return path(border.map(([x, y]) => onDisk([twist < 0 ? -x : x, y])));
  }

  // The orbits that come in over the equator at equal distances, each with the head of an arrow.
  function orbits(drive, twist) {
    let drawn = "";
    for (const angle of range(0, 5.8, Math.PI / 10)) {
      const at = spiral(drive, twist, [Math.cos(angle), Math.sin(angle)]);
      const points = [at(0)];
      for (let b = 0.03; b < 6 && square(at(b)) < 1; b += 0.03) points.push(at(b));
      if (points.length < 3) continue;
      drawn += path(points.map(onDisk));
      const i = points.findIndex(([x, y]) => Math.hypot(x - points[0][0], y - points[0][1]) > 0.25);
      if (i < 0) continue;
      const [[x, y], [u, v]] = [onDisk(points[i]), onDisk(points[i - 1])];
      const back = Math.atan2(v - y, u - x);
      const barb = (turn) => [x + 6 * Math.cos(back + turn), y + 6 * Math.sin(back + turn)];
      drawn += path([barb(0.5), [x, y], barb(-0.5)]);
    }
    return drawn;
  }

  function mark({ name, kind, s }) {
    const [x, y] = onDisk(s);
    const shape = kind === "saddle"
      ? `<path d="M${x} ${y - 7}l7 7l-7 7l-7 -7z"/>`
      : `<circle cx="${x}" cy="${y}" r="5"/>`;
    const [across, down] = name === "SS₁" ? [x, y + 19] : [1.14 * x, 1.14 * y + 4];
    return `<g class="${kind}">${shape}<text x="${across}" y="${down}">${name}</text></g>`;
  }

  // A linear scale with the values at which it has ticks.
  function scale(low, high, from, to, ticks) {
    const at = (value) => from + ((value - low) / (high - low)) * (to - from);
    const value = (place) => low + ((place - from) / (to - from)) * (high - low);
    return { at, value, ticks };
  }

  function axes(x, y, name) {
    const across = x.ticks.map((v) => `<path d="M${x.at(v)} ${HEIGHT}v-5"/>
      <text x="${x.at(v)}" y="${HEIGHT + 15}">${tidy(v, 0)}</text>`);
    const up = y.ticks.map((v) => `<path d="M0 ${y.at(v)}h5"/>
      <text class="up" x="-6" y="${y.at(v) + 4}">${tidy(v, 0)}</text>`);
    return `<path d="M0 0V${HEIGHT}H${WIDTH}"/>${across.join("")}${up.join("")}
      <text x="-28" y="${HEIGHT / 2 + 4}">${name}</text>`;
  }

  // --- The figure

  const CAPTION = `The Bloch sphere seen along <i>z</i>; the rim is the equator, and below it the
    spin runs with the arrows. Starts in the blue part decay, those in the orange part oscillate.
    The ring is the start, and can be dragged; the dot is the spin, full below the equator and hollow
    above it. Beside it the same motion as that of a particle of energy 1 (line) in its potential,
    and as the inversion. Not in the paper.`;
  const graph = (name) => `<svg class="${name}" role="img" viewBox="-44 -8 358 146">
    <g class="axes"></g><svg class="inner" width="${WIDTH}" height="${HEIGHT}">
    <path class="level"/><path class="curve"/><path class="hair"/><circle class="now" r="6"/>
    </svg></svg><p class="values"></p>`;
  const row = (name, label, low, high, step, value) => {
    const limits = `min="${low}" max="${high}" value="${value}"`;
    return `<label for="portrait-${name}">${label}</label>
      <input type="range" id="portrait-${name}" data-name="${name}" step="${step}" ${limits}>
      <input type="number" name="${name}" aria-label="${label}, number" step="0.001" ${limits}>`;
  };
  const coordinate = (name) => `<label><i>s</i><sub>${name}</sub>
    <input type="number" name="${name}" aria-label="Start, s ${name}"
    min="-1" max="1" step="0.001" value="0"></label>`;
  const FIGURE = `<div class="panels"><div>
    <svg class="disk" role="group" viewBox="-165 -146 330 292">
      <circle class="decaying" r="${UNIT}"/><path class="oscillating"/><path class="orbits"/>
      <circle class="rim" r="${UNIT}"/><path class="curve"/><g class="points"></g>
      <circle class="now" r="6"/><g class="handle" tabindex="0" role="slider" aria-valuemin="-1"
        aria-valuemax="1" aria-label="Start, which the arrow keys move over the disk"
        aria-roledescription="two-dimensional slider">
        <circle class="reach" r="24"/><circle class="ring" r="10"/></g>
    </svg><p class="values"></p></div><div>${graph("well")}${graph("fall")}</div></div>
    <form>${row("drive", "Drive 2Ω/(NΓ)", 0, 3.4, 0.01, 1.6)}
      ${row("twist", "Twist 2χ/Γ", -3.4, 3.4, 0.025, 1.875)}
      ${row("time", "Time NΓt/2", 0, END, EVERY, 3)}
      <fieldset><legend>Start</legend>${coordinate("x")}${coordinate("y")}
        <label><input type="checkbox" name="above"> above the equator</label></fieldset>
      <p><button type="button">Play</button> <button type="reset">Reset</button></p>
    </form><p class="verdict" role="status"></p><figcaption>${CAPTION}</figcaption>`;

  const toDisk = (x, y) => [x, y].map((v) => v / Math.max(1, Math.hypot(x, y)));
  const inside = (value, { min, max }) => Math.min(max, Math.max(min, value));

  // What the numbers of the form say; one out of range counts as the nearest that is allowed.
  function read({ elements }, before) {
    const value = (name) => {
      const number = elements[name].valueAsNumber;
      return Number.isNaN(number) ? before[name] : inside(number, elements[name]);
    };
    const [drive, twist, time] = ["drive", "twist", "time"].map(value);
    const [x, y] = toDisk(value("x"), value("y"));
    const z = Math.sqrt(Math.max(0, 1 - x * x - y * y)) * (elements.above.checked ? 1 : -1);
    return { drive, twist, time, x, y, start: [x, y, z] };
  }

  // All that follows from them.
  function compute(setting) {
    const { drive, twist, time, start } = setting;
    const run = trajectory(drive, twist, start, TIMES);
    const points = fixedPoints(drive, twist);
    const [now] = trajectory(drive, twist, start, [time]);
    const fate = oscillates(drive, twist, start) ? "oscillating" : "decaying";
    return { ...setting, run, points, now, fate, critical: criticalDrive(twist, start) };
  }

  function verdict({ drive, twist, start, critical, fate, points, run }) {
    const sink = points.find(({ kind }) => kind === "sink");
    const highest = Math.hypot(1, twist);
    const moves = run.some(({ s }) => Math.hypot(...s.map((v, i) => v - start[i])) > 1e-9);
    let end = "oscillates for ever: above Ω<sub>c</sub> no start comes to rest";
    if (!moves) end = "rests where it is, a stationary point";
    else if (fate === "decaying") end = `decays and ends at SS₁, ${vector(sink.s)}`;
    else if (sink) end = "oscillates for ever around SS₃";
    return `At drive ${plain(drive)} (${tidy(drive / highest)} Ω<sub>c</sub>) and twist `
      + `${plain(twist)} the start ${vector(start)} ${end}. `
      + `The critical drive Ω̃ of this start is ${plain(critical)}.`;
  }

  // --- Its three panels

  const put = (element, attributes) => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  };
  const pointed = (svg, event) =>
    new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());

  function showDisk(disk, { drive, twist, start, run, now, points, fate }) {
    const find = (selector) => disk.querySelector(selector);
    put(find(".oscillating"), { d: oscillatingPart(drive, twist) });
    put(find(".orbits"), { d: orbits(drive, twist) });
    put(find(".curve"), { d: path(run.map(({ s }) => onDisk(s))), "data-fate": fate });
    find(".points").innerHTML = points.map(mark).join("");
    put(find(".now"), { transform: `translate(${onDisk(now.s)})`, "data-above": now.s[2] > 0 });
    const [x, y, z] = start.map((v) => tidy(v));
    put(find(".handle"), {
      transform: `translate(${onDisk(start)})`,
      "aria-valuenow": start[0].toFixed(3),
      "aria-valuetext": `s x ${x}, s y ${y}, s z ${z}`,
    });
    const all = points.map(({ name, kind, s }) => `${name}, a ${kind}, at ${vector(s)}`);
    put(disk, { "aria-label": `Bloch sphere seen along z, with ${all.join("; ")}` });
    disk.nextSibling.innerHTML = `<i>s</i> = ${vector(now.s)}`;
  }

  function showGraph(svg, x, y, name, { curve, now, fate, label, told }) {
    const find = (selector) => svg.querySelector(selector);
    find(".axes").innerHTML = axes(x, y, name);
    const place = ([u, v]) => [x.at(u), y.at(v)];
    put(find(".curve"), { d: path(curve.map(place)), "data-fate": fate });
    put(find(".now"), { transform: `translate(${place(now)})` });
    put(svg, { "aria-label": label });
    svg.nextSibling.innerHTML = told;
  }

  function showWell(svg, { drive, twist, start, run, now, fate }, rest) {
    const left = run.reduce((least, { b }) => Math.min(least, Math.floor(b)), -2);
    const x = scale(left, 6, 0, WIDTH, range(left, 6, 1));
    const y = scale(0, 1.6, HEIGHT, 0, [0, 1]);
    const at = (b) => potential(drive, twist, start, b);
    const curve = range(left, 6, 0.02).map((b) => [b, Math.min(9, at(b))]);
    const highest = Math.max(...curve.map(([b, v]) => (b < 0 ? 0 : v)));
    const label = `Potential; from the start to the right its highest value is ${tidy(highest)}`;
    const tell = (b) => `<i>N</i>Γ<i>b</i>/2 = ${tidy(b)}: <i>V</i> = ${tidy(at(b))}`;
    const place = [now.b, 1];
    showGraph(svg, x, y, "<tspan>V</tspan>", { curve, now: place, fate, label, told: tell(now.b) });
    put(svg.querySelector(".hair"), { d: "" });
    put(svg.querySelector(".level"), { d: `M0 ${y.at(1)}h${WIDTH}` });
    svg.onpointermove = (event) => {
      const b = inside(x.value(pointed(svg, event).x), { min: left, max: 6 });
      put(svg.querySelector(".hair"), { d: `M${x.at(b)} 0v${HEIGHT}` });
      svg.nextSibling.innerHTML = tell(b);
    };
    svg.onpointerleave = rest;
  }

  function showFall(svg, { run, now, fate }, set) {
    const x = scale(0, END, 0, WIDTH, range(0, END, 5));
    const y = scale(-1.1, 1.1, HEIGHT, 0, [-1, 0, 1]);
    const curve = run.map(({ t, s }) => [t, s[2]]);
    const heights = curve.map(([, z]) => z);
    const [low, high] = [Math.min(...heights), Math.max(...heights)].map((z) => tidy(z));
    const label = `Inversion s z against time, between ${low} and ${high}`;
    const place = [now.t, now.s[2]];
    const told = `<i>N</i>Γ<i>t</i>/2 = ${tidy(now.t)}: <i>s</i><sub>z</sub> = ${tidy(now.s[2])}`;
    const name = '<tspan>s</tspan><tspan class="sub" dy="3">z</tspan>';
    showGraph(svg, x, y, name, { curve, now: place, fate, label, told });
    put(svg.querySelector(".hair"), { d: `M${x.at(now.t)} 0v${HEIGHT}` });
    svg.onpointerdown = svg.onpointermove = (event) =>
      set({ time: inside(x.value(pointed(svg, event).x), { min: 0, max: END }) });
  }

  // --- What moves it

  function letDrag(disk, setting, set, rest) {
    const handle = disk.querySelector(".handle");
    const move = (x, y) => { [x, y] = toDisk(x, y); set({ x, y }); };
    const follow = (event) => {
      const { x, y } = pointed(disk, event);
      move(x / UNIT, -y / UNIT);
    };
    disk.onclick = follow;
    // A finger on it does not scroll the page; touch-action has no effect within an SVG.
    handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    handle.onpointerdown = (event) => {
      if (event.button === 0) handle.setPointerCapture(event.pointerId);
    };
    handle.onpointermove = (event) => {
      if (handle.hasPointerCapture(event.pointerId)) follow(event);
    };
    handle.onkeydown = (event) => {
      const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      if (!ways[event.key]) return;
      event.preventDefault();
      const { x, y } = setting();
      const [across, up] = ways[event.key].map((way) => way * (event.shiftKey ? 0.1 : 0.02));
      move(x + across, y + up);
    };
    disk.onpointerleave = rest;
    disk.onpointermove = (event) => {
      const { x, y } = pointed(disk, event);
      const { drive, twist } = setting();
      const place = [x / UNIT, -y / UNIT];
      if (square(place) > 1) return;
      const fate = oscillates(drive, twist, place) ? "oscillates" : "decays";
      const critical = plain(criticalDrive(twist, place));
      disk.nextSibling.textContent = `${vector(place)} ${fate}: Ω̃ is ${critical}`;
    };
  }

  function letPlay(button, setting, set) {
    let last = 0; // when it was drawn last, while it plays
    const advance = (now) => {
      if (!last) return;
      const time = Math.min(END, setting().time + (now - last) / 400); // ten seconds for the whole
      last = time < END ? now : 0;
      set({ time });
      button.textContent = last ? "Pause" : "Play";
      requestAnimationFrame(advance);
    };
    button.onclick = () => {
      if (setting().time === END) set({ time: 0 });
      last = last ? 0 : performance.now();
      button.textContent = last ? "Pause" : "Play";
      requestAnimationFrame(advance);
    };
  }

  function build(figure) {
    figure.innerHTML = FIGURE;
    const find = (selector) => figure.querySelector(selector);
    const [disk, well, fall] = [".disk", ".well", ".fall"].map(find);
    const [form, said] = ["form", ".verdict"].map(find);
    let [shown, asked, words] = [{}, 0, 0];
    const setting = () => read(form, shown);
    const ask = () => { asked ||= requestAnimationFrame(show); };
    const set = (values) => {
      for (const [name, value] of Object.entries(values)) {
        form.elements[name].value = Number(value.toFixed(3));
      }
      ask();
    };
    function show() {
      asked = 0;
      shown = compute(setting());
      showDisk(disk, shown);
      showWell(well, shown, ask);
      showFall(fall, shown, set);
      for (const slider of form.querySelectorAll("[type=range]")) {
        slider.value = shown[slider.dataset.name];
      }
      clearTimeout(words); // to be read aloud when the hand rests
      words = setTimeout(() => tell(verdict(shown)), 300);
    }
    const tell = (text) => { if (said.innerHTML !== text) said.innerHTML = text; };
    form.oninput = ({ target }) => {
      if (target.type === "range") form.elements[target.dataset.name].value = target.value;
      ask();
    };
    form.onchange = () => {
      const { drive, twist, time, x, y } = setting();
      set({ drive, twist, time, x, y }); // what was out of range is put right where it stands, too
    };
    form.onreset = ask;
    addEventListener("pageshow", ask); // a browser that comes back restores what was typed
    letDrag(disk, setting, set, ask);
    letPlay(find("button"), setting, set);
    show();
    tell(verdict(shown));
  }
  document.querySelectorAll("figure.portrait").forEach(build);
})();
