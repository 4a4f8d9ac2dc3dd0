// The page around a document: figures, charts, a list of any length, search, and the document that the address names.
(async () => {
  "use strict";
  const { draw, make, named, family, plural } = documentView;
  const byId = (id) => document.getElementById(id);
  const BARS = 8; // in a chart; what follows is one line
  const ROW = 52; // pixels, as in report.css
  const PRINTED = 500; // rows on paper
  const NO_SITE = "(no site)";
  const siteOf = (one) => one.site || NO_SITE;
  const percent = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(part && part * 200 < whole ? 1 : 0)}%` : "0%");
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

  function bytesOf(base64) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const characters = atob(base64);
    const bytes = new Uint8Array(characters.length);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
    return bytes;
  }

  async function textOf(element) {
    const stream = new Blob([bytesOf(element.textContent)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).text();
  }
  const unpacked = async (element) => JSON.parse(await textOf(element));

  const documents = (await unpacked(byId("summary"))).map(
    ([key, headline, site, language, kept, removed, confidence, access, truncated, kinds, error, chunk, place], index) =>
      ({ key, headline, site, language, kept, removed, confidence, access, truncated, kinds, error, chunk, place, index }));
  const good = documents.filter((one) => !one.error);
  const walled = (one) => ["metered", "registration", "subscription"].includes(one.access);
  const loaded = new Promise((done) => {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", done);
    else done();
  });

  const LAST = 3; // chunks that stay unpacked
  const cache = new Map();
  async function chunk(number) {
    await loaded;
    if (!cache.has(number)) cache.set(number, await unpacked(document.querySelectorAll("script.chunk")[number]));
    while (cache.size > LAST) cache.delete(cache.keys().next().value);
    return cache.get(number);
  }

  // --- overview ------------------------------------------------------------------------------------

  function figures() {
    const sum = (field) => good.reduce((total, one) => total + one[field], 0);
    const kept = sum("kept"), removed = sum("removed");
    const entries = [
      ["documents", documents.length.toLocaleString("en")],
      ["words kept", short.format(kept)],
      ["words removed", `${short.format(removed)} (${percent(removed, kept + removed)})`],
      ["behind a wall or meter", percent(good.filter(walled).length, good.length)],
      ["text breaks off", percent(good.filter((one) => one.truncated).length, good.length)],
      ["failed", documents.length - good.length],
    ];
    byId("figures").append(...entries.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, `${value}`))));
  }

  // Bars in a table: a screen reader reads the figures, and print has them. For bars a chart library is 50 to 200 KB more.
  function chart(title, rows, choose) {
    const rest = rows.slice(BARS);
    const most = rows[0].words;
    const amount = (words, says) => make("td", { class: "amount" }, `${short.format(words)} words `, says && make("small", {}, says));
    const line = ({ name, label, words, count, unit }) => {
      const bar = make("i", { "data-family": choose === "kind" ? family(name) : null });
      bar.style.width = `${(100 * words) / most}%`;
      const button = make("button", { type: "button", title: `show documents: ${label}`, on: { click: () => filter({ [choose]: name }) } }, label);
      return make("tr", {}, make("th", { scope: "row" }, button), make("td", { class: "bar-cell" }, bar),
        amount(words, plural(count, unit)));
    };
    const lines = rows.slice(0, BARS).map(line);
    if (rest.length) {
      const open = () => {
        const more = rest.map(line);
        others.replaceWith(...more);
        more[0].querySelector("button").focus();
      };
      const button = make("button", { type: "button", "aria-expanded": "false", on: { click: open } }, plural(rest.length, "other"));
      const others = make("tr", { class: "others" }, make("th", { scope: "row", colspan: 2 }, button),
        amount(rest.reduce((sum, row) => sum + row.words, 0)));
      lines.push(others);
    }
    return make("section", { class: "chart" }, make("table", {}, make("caption", {}, title), make("tbody", {}, ...lines)));
  }

  function charts() {
    const kinds = new Map(), sites = new Map();
    const add = (map, name, count, words) => {
      const entry = map.get(name) ?? { name, count: 0, words: 0 };
      entry.count += count;
      entry.words += words;
      map.set(name, entry);
    };
    for (const one of documents) {
      for (const [kind, [count, words]] of Object.entries(one.kinds)) add(kinds, kind, count, words);
      add(sites, siteOf(one), 1, one.removed);
    }
    const ordered = (map) => [...map.values()].sort((a, b) => b.words - a.words);
    const put = (title, map, choose, unit, text) => {
      const bars = ordered(map).filter((row) => row.words).map((row) => ({ ...row, unit, label: text(row.name) }));
      if (bars.length) byId("charts").append(chart(title, bars, choose));
    };
    put("Removed, by kind", kinds, "kind", "removal", named);
    if (documents.some((one) => one.site)) put("Removed, by site", sites, "site", "document", String);
    const options = (map, text) => ordered(map).map(({ name }) => make("option", { value: name }, text(name)));
    form.elements.kind.append(...options(kinds, named));
    form.elements.site.append(...options(sites, String).sort((a, b) => a.value.localeCompare(b.value)));
  }

  // --- the list ------------------------------------------------------------------------------------

  const form = byId("filters"), list = byId("list"), rows = byId("rows");
  let matching = [], at = 0, inText = null, search = 0;
  const drawn = new Map(); // rows that are on the page, by their place in the list

  const ORDERS = {
    unsure: (a, b) => a.confidence - b.confidence,
    removed: (a, b) => b.removed - a.removed,
    share: (a, b) => b.removed / (b.kept + b.removed || 1) - a.removed / (a.kept + a.removed || 1),
    long: (a, b) => b.kept - a.kept,
    order: () => 0,
  };
  const STATES = {
    walled, truncated: (one) => one.truncated, failed: (one) => Boolean(one.error), empty: (one) => !one.error && !one.kept,
  };

  function select() {
    const { query, sort, kind, site, state } = Object.fromEntries(new FormData(form));
    const wanted = query.trim().toLowerCase();
    matching = documents.filter((one) =>
      (!kind || one.kinds[kind]) && (!site || siteOf(one) === site) && (!state || STATES[state](one)) &&
      (!wanted || `${one.headline}\n${one.key}\n${one.site}\n${one.error}`.toLowerCase().includes(wanted) || inText?.has(one.index)));
    matching.sort((a, b) => ORDERS[sort](a, b) || a.index - b.index);
    at = Math.min(at, Math.max(0, matching.length - 1));
    wipe();
    rows.style.height = `${matching.length * ROW}px`;
    byId("matches").textContent = matching.length === documents.length ? plural(documents.length, "document")
      : `${matching.length.toLocaleString("en")} of ${plural(documents.length, "document")}`;
    paint();
  }

  function rowOf(one, place) {
    const said = (...parts) => parts.filter(Boolean).join(", ");
    const flags = said(walled(one) && one.access, one.truncated && "breaks off");
    const brief = `${said(flags, `confidence ${one.confidence.toFixed(2)}`, one.site)}, `; // on a phone, for the columns
    const about = one.error ? make("small", { class: "bad" }, `failed: ${one.error}`)
      : make("small", {}, make("span", { class: "brief" }, brief), make("span", { class: "key" }, one.key));
    const number = (name, value) => make("span", { class: `number ${name}` },
      ...(one.error ? [] : [make("span", { class: "unseen" }, `, ${name} `), value])); // the heads of columns aren't read with a row
    const row = make("div", { role: "option", id: `row${place}`, "aria-posinset": place + 1, "aria-setsize": matching.length,
      "aria-selected": String(place === at), on: { click: () => open(place) } },
      make("span", { class: "what" }, make("b", { dir: "auto" }, one.headline || "(no headline)"), about),
      make("span", { class: "site", dir: "auto" }, said(one.site, flags)),
      number("kept", one.kept.toLocaleString("en")),
      number("removed", one.removed.toLocaleString("en")),
      number("confidence", one.confidence.toFixed(2)));
    row.style.transform = `translateY(${place * ROW}px)`;
    return row;
  }

  function wipe() {
    for (const row of drawn.values()) row.remove();
    drawn.clear();
  }

  // Only the rows in sight, and some above and below, are on the page.
  function paint() {
    paintRows(Math.floor(list.scrollTop / ROW) - 8, Math.ceil((list.scrollTop + list.clientHeight) / ROW) + 8);
  }

  function paintRows(first, end) {
    const from = Math.max(0, first), to = Math.min(matching.length, end);
    for (const [place, row] of drawn) if (place < from || place >= to) { row.remove(); drawn.delete(place); }
    for (let place = from; place < to; place += 1) {
      if (drawn.has(place)) continue;
      const row = rowOf(matching[place], place);
      drawn.set(place, row);
      rows.append(row);
    }
    if (drawn.has(at)) list.setAttribute("aria-activedescendant", `row${at}`);
    else list.removeAttribute("aria-activedescendant");
  }

  function move(to) {
    drawn.get(at)?.setAttribute("aria-selected", "false");
    at = Math.max(0, Math.min(matching.length - 1, to));
    if (at * ROW < list.scrollTop) list.scrollTop = at * ROW;
    if ((at + 1) * ROW > list.scrollTop + list.clientHeight) list.scrollTop = (at + 1) * ROW - list.clientHeight;
    paint();
    drawn.get(at)?.setAttribute("aria-selected", "true");
  }

  function open(place) {
    move(place);
    if (matching[place]) location.hash = `#/${matching[place].index}`;
  }

  function filter(values) {
    for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
    select();
    byId("browse").scrollIntoView({ block: "start" });
    list.focus({ preventScroll: true });
  }

  // The words of the documents are searched chunk by chunk, after the names have been.
  async function searchText() {
    const mine = (search += 1);
    const wanted = form.elements.query.value.trim().toLowerCase();
    inText = null;
    select();
    if (wanted.length < 3) return;
    const written = JSON.stringify(wanted).slice(1, -1); // as it stands in JSON: most chunks need not be parsed
    const found = new Set();
    byId("matches").append(", searching the texts…");
    await loaded;
    const chunks = document.querySelectorAll("script.chunk");
    const first = documents.map((one) => one.index).filter((index) => documents[index].place === 0);
    for (let number = 0; number < chunks.length; number += 1) {
      const json = await textOf(chunks[number]);
      if (mine !== search) return;
      if (!json.toLowerCase().includes(written)) continue;
      JSON.parse(json).forEach((article, place) => {
        const text = [...(article.body ?? []), ...(article.removed ?? [])].map((piece) => piece.text).join("\n");
        if (text.toLowerCase().includes(wanted)) found.add(first[number] + place);
      });
    }
    inText = found;
    select();
  }

  let pause = 0;
  form.addEventListener("input", (event) => {
    if (event.target.name !== "query") return select();
    clearTimeout(pause);
    pause = setTimeout(searchText, 150);
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(pause); searchText(); });
  byId("clear").addEventListener("click", () => { form.reset(); inText = null; search += 1; select(); });
  list.addEventListener("scroll", paint, { passive: true });
  addEventListener("resize", paint);
  addEventListener("beforeprint", () => {
    wipe(); // so that they stand in order
    paintRows(0, PRINTED);
    byId("more").hidden = matching.length <= PRINTED;
    byId("more").textContent = `and ${(matching.length - PRINTED).toLocaleString("en")} more`;
  });
  addEventListener("afterprint", () => { byId("more").hidden = true; wipe(); paint(); });
  list.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / ROW) - 1);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: matching.length - 1 }[event.key];
    if (to !== undefined) { event.preventDefault(); move(to); }
    else if (event.key === "Enter") open(at);
  });

  // --- the document that the address names ---------------------------------------------------------

  async function show() {
    const number = /^#\/(\d+)$/.exec(location.hash)?.[1];
    const one = number === undefined ? null : documents[Number(number)];
    if (!one) {
      const back = !byId("reader").hidden;
      byId("reader").hidden = true;
      byId("overview").hidden = false;
      document.title = title;
      paint();
      if (back) { byId("browse").scrollIntoView({ block: "start" }); list.focus({ preventScroll: true }); }
      return;
    }
    const article = (await chunk(one.chunk))[one.place];
    if (location.hash !== `#/${one.index}`) return;
    byId("name").textContent = one.key;
    if (one.error) byId("document").replaceChildren(make("p", {}, `This document failed: ${one.error}`));
    else draw(byId("document"), article, { find: form.elements.query.value });
    const place = matching.indexOf(one);
    for (const [id, other] of [["previous", matching[place - 1]], ["next", place < 0 ? null : matching[place + 1]]]) {
      if (other) byId(id).href = `#/${other.index}`;
      else byId(id).removeAttribute("href");
      byId(id).ariaDisabled = String(!other);
    }
    if (place >= 0) at = place;
    byId("overview").hidden = true;
    byId("reader").hidden = false;
    byId("reader").dataset.document = one.index;
    document.title = `${one.headline || one.key || "Document"} – ${title}`;
    scrollTo(0, 0);
    byId("main").focus({ preventScroll: true });
  }

  for (const input of document.querySelectorAll('[name="theme"]')) {
    input.addEventListener("change", () => { document.documentElement.dataset.theme = input.value; });
  }
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address names the document
    byId("main").focus();
  });
  const title = document.title;
  figures();
  charts();
  select();
  performance.mark("rows");
  addEventListener("hashchange", show);
  await show();
})().catch((error) => {
  document.getElementById("matches").textContent = `This page can't be shown (${error.message}); use a browser of 2024 or later.`;
});
