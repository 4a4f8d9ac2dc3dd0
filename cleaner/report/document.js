// Draws one article, as `Article.to_dict()` gives it, into an element. It knows nothing of the page around it:
//     documentView.draw(element, article, { same, find })
// `same`: it is the article drawn there before, edited, and what was switched, typed and opened stays; `find`: words to mark.
// Everything is put in as text, never as markup, so that nothing of a document can run.
"use strict";

const documentView = (() => {
  const FAMILIES = {
    wall: ["meter", "subscribe", "sign_in"],
    promotion: ["newsletter", "app_promotion", "advertisement"],
    social: ["share", "comments", "print_tools"],
    ways: ["navigation", "related"],
    "small-print": ["credit", "legal", "cookie", "byline_furniture"],
    repeats: ["duplicate"],
    rest: ["other"],
  };
  const FOLD = 8; // removals in a row that are shown before the others are folded away
  const HITS = 1000; // that are marked in a pane: a single letter may have a million
  const PAUSE = 100; // milliseconds without an input
  const settings = new WeakMap(); // what a reader has switched, by the element drawn into
  let drawings = 0;

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  const named = (name) => name.replaceAll("_", " ");
  const family = (kind) => Object.keys(FAMILIES).find((name) => FAMILIES[name].includes(kind)) ?? "rest";
  const plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  const WORD = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\s\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+/g;
  const words = (text) => (text.match(WORD) ?? []).length;

  // --- what stands where ---------------------------------------------------------------------------

  // Kept parts and removals in the order of the source. Headline and dek are no parts of the body: their place is in `found`.
  function inOrder(article) {
    const start = (span) => (span ? span[0] : Infinity);
    const items = [
      ...article.body.map((part) => ({ part, at: part.blocks[0] ?? 0, from: start(part.spans[0]) })),
      ...article.removed.map((cut, number) => ({ cut, number, at: cut.block, from: start(cut.span) })),
    ];
    const taken = new Set(items.map((item) => item.at));
    for (const value of article.found) {
      if (!["headline", "dek"].includes(value.field) || value.block === null || taken.has(value.block)) continue;
      taken.add(value.block);
      const part = { text: value.raw, role: value.field, marker: "", in_text: true };
      items.push({ part, at: value.block, from: start(value.span) });
    }
    const before = (a, b) => (a.from === b.from ? (a.cut ? 1 : 0) - (b.cut ? 1 : 0) : a.from < b.from ? -1 : 1);
    return items.sort((a, b) => a.at - b.at || before(a, b));
  }

  const shown = (part) => (part.marker ? `${part.marker}${part.marker === "・" ? "" : " "}${part.text}` : part.text);

  // The options as this article was cleaned with them, as far as its values tell.
  function optionsOf(article) {
    const has = (role) => article.body.some((part) => part.role === role);
    const used = (role) => article.body.some((part) => part.role === role && part.in_text);
    const raw = article.dateline?.raw;
    const first = article.body.find((part) => part.role === "paragraph");
    return {
      headings: { label: "headings", there: has("heading"), on: used("heading") },
      captions: { label: "captions", there: has("caption"), on: used("caption") },
      tables: { label: "tables", there: has("table"), on: used("table") },
      dek: { label: "dek", there: Boolean(article.dek), on: Boolean(article.dek) && article.paragraphs[0] === article.dek },
      dateline: { label: "dateline", there: Boolean(raw), on: Boolean(raw && first?.text.startsWith(raw)) },
    };
  }

  // The text as it would be with other options: [{text, role, kind}]. `items` are the article's, in order.
  function textWith(article, items, chosen, below) {
    const lines = chosen.dek && article.dek ? [{ text: article.dek, role: "dek" }] : [];
    let dateline = article.dateline?.raw;
    for (const { part, cut } of items) {
      if (cut) {
        if (cut.score < below) lines.push({ text: cut.text, role: "paragraph", kind: cut.kind });
        continue;
      }
      if (["headline", "dek"].includes(part.role)) continue;
      if (part.role === "heading" && !chosen.headings) continue;
      if (part.role === "caption" && !chosen.captions) continue;
      if (part.role === "table" && !chosen.tables) continue;
      let text = shown(part);
      if (dateline && part.role === "paragraph") {
        if (text.startsWith(dateline) && !chosen.dateline) text = text.slice(dateline.length).trimStart();
        else if (chosen.dateline && !text.startsWith(dateline)) text = `${dateline} ${text}`;
        dateline = null;
      }
      if (text) lines.push({ text, role: part.role });
    }
    return lines;
  }

  // --- pieces of the page --------------------------------------------------------------------------

  function keptItem(part) {
    const item = make("li", { class: `kept ${part.role}${part.in_text ? "" : " unused"}`, dir: "auto" });
    item.append(make("span", { class: "text" }, shown(part)));
    return item;
  }

  function cutItem(cut, id) {
    const why = make("span", { class: "why", id, role: "tooltip", dir: "ltr" },
      make("b", {}, cut.why), " ",
      make("small", {}, `rule ${cut.rule}, detector ${cut.detector}, score ${cut.score.toFixed(2)}`));
    const item = make("li", { class: "cut", tabindex: "-1", "data-family": family(cut.kind), "aria-describedby": id },
      make("span", { class: "kind" }, named(cut.kind)), make("del", { dir: "auto" }, cut.text), why);
    item.cut = cut;
    return item;
  }

  function tally(cuts) {
    const counts = new Map();
    for (const { kind } of cuts) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${named(kind)} ${count}`).join(", ");
  }

  function sourceList(items, prefix) {
    const list = make("ol", { class: "flow" });
    let row = [];
    const flush = () => {
      const fold = row.length > FOLD + 2 ? FOLD / 2 : row.length;
      const cuts = row.map(({ cut, number }) => cutItem(cut, `${prefix}why${number}`));
      list.append(...cuts.slice(0, fold));
      if (fold < row.length) {
        const more = `${plural(row.length - fold, "more removed block")}: ${tally(row.slice(fold).map(({ cut }) => cut))}`;
        const inner = make("ol", { class: "flow" });
        inner.append(...cuts.slice(fold));
        list.append(make("li", {}, make("details", {}, make("summary", {}, more), inner)));
      }
      row = [];
    };
    for (const item of items) {
      if (item.cut) row.push(item);
      else { flush(); list.append(keptItem(item.part)); }
    }
    flush();
    const cuts = () => [...list.querySelectorAll(".cut")].filter((item) => item.offsetParent !== null);
    const first = list.querySelector(".cut");
    if (first) first.tabIndex = 0;
    list.addEventListener("keydown", (event) => {
      const items = cuts();
      const at = items.indexOf(document.activeElement);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
      if (at < 0 || to === undefined || !items[to]) return;
      event.preventDefault();
      items[to].focus();
    });
    list.addEventListener("focusin", (event) => {
      list.classList.remove("quiet");
      if (!event.target.matches(".cut")) return;
      for (const item of list.querySelectorAll('.cut[tabindex="0"]')) item.tabIndex = -1;
      event.target.tabIndex = 0;
    });
    list.addEventListener("mouseover", () => list.classList.remove("quiet"));
    return list;
  }

  function metadataTable(article, state) {
    const place = (value) => {
      if (value.span) return `${value.source}, characters ${value.span[0]}–${value.span[1]}`;
      return value.block === null ? value.source : `${value.source}, block ${value.block}`;
    };
    const rows = article.found.map((value) => make("tr", {},
      make("th", { scope: "row" }, named(value.field)),
      make("td", { dir: "auto" }, value.value,
        value.raw && value.raw !== value.value ? make("div", { class: "raw" }, `written “${value.raw}”`) : null),
      make("td", {}, place(value)), make("td", {}, value.confidence.toFixed(2))));
    const { access } = article;
    const says = [access.kind];
    if (access.remaining !== null) says.push(`${access.remaining} left`);
    if (access.limit_reached) says.push("limit reached");
    if (access.truncated) says.push("text breaks off");
    if (access.declared_free !== null) says.push(access.declared_free ? "declared free" : "declared not free");
    rows.push(make("tr", {}, make("th", { scope: "row" }, "access"), make("td", {}, says.join(", ")),
      make("td", { dir: "auto" }, access.nags.length ? access.nags.join(" / ") : ""), make("td", {}, "")));
    const head = ["field", "value", "found in", "sureness"].map((name) => make("th", { scope: "col" }, name));
    const scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Metadata, with origins" },
      make("table", { "aria-label": "Metadata" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
    return make("details", { class: "metadata", open: state.opened, on: { toggle: (event) => { state.opened = event.target.open; } } },
      make("summary", {}, "Metadata, and the place each value came from"), scroll);
  }

  function aboutLine(article) {
    const says = [article.byline ?? article.authors.join(", "), article.site_name, article.published?.slice(0, 10),
      article.language, article.access.kind === "open" ? null : `access: ${article.access.kind}`,
      article.access.truncated ? "text breaks off" : null, `confidence ${article.confidence.toFixed(2)}`];
    return make("p", { class: "about" }, ...says.filter(Boolean).map((text) => make("span", {}, make("bdi", {}, text))));
  }

  // --- words to find -------------------------------------------------------------------------------

  // Capitals don't count, nor does how wide a space is.
  const patternOf = (wanted) => new RegExp(wanted.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+"), "giu");

  // Marks what is wanted in the texts of a pane, and no longer what was wanted before; gives the marks.
  function markIn(pane, wanted) {
    for (const element of new Set([...pane.querySelectorAll("mark")].map((mark) => mark.parentElement))) {
      element.replaceChildren(element.textContent);
    }
    const marks = [];
    if (!wanted.trim()) return marks;
    const pattern = patternOf(wanted);
    for (const element of pane.querySelectorAll(".text, del")) {
      const text = element.textContent, pieces = [];
      let end = 0;
      for (const found of text.matchAll(pattern)) {
        if (marks.length === HITS) break;
        const mark = make("mark", {}, found[0]);
        marks.push(mark);
        pieces.push(text.slice(end, found.index), mark);
        end = found.index + found[0].length;
      }
      if (pieces.length) element.replaceChildren(...pieces, text.slice(end));
    }
    return marks;
  }

  // The field, and `again` to be called where the panes or what is shown of them have changed.
  function findField(state, source, result) {
    const count = make("output", {});
    let hits = [], at = -1, pause = 0;
    function again() {
      clearTimeout(pause);
      const [inSource, inResult] = [source, result].map((pane) => markIn(pane, state.find));
      hits = state.layout === "article" ? inResult : inSource;
      at = -1;
      const found = hits.length === HITS ? `the first ${plural(HITS, "hit")}` : plural(hits.length, "hit");
      count.textContent = state.find.trim() ? found : "";
    }
    function go(step) {
      if (!hits.length) return;
      hits[at]?.classList.remove("here");
      at = at < 0 && step < 0 ? hits.length - 1 : (at + step + hits.length) % hits.length;
      const fold = hits[at].closest("details");
      if (fold) fold.open = true;
      hits[at].classList.add("here");
      hits[at].scrollIntoView({ block: "center" });
      count.textContent = `${at + 1} of ${hits.length}`;
    }
    const field = make("input", { type: "search", name: "find", value: state.find, autocomplete: "off", on: {
      input: () => { clearTimeout(pause); pause = setTimeout(() => { state.find = field.value; again(); }, PAUSE); },
      keydown: (event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        if (state.find !== field.value) { state.find = field.value; again(); }
        go(event.shiftKey ? -1 : 1);
      } } });
    return { again, find: make("div", { class: "find", role: "search" }, make("label", {}, "Find", field), count,
      make("small", {}, "Enter: next, Shift+Enter: previous")) };
  }

  // --- the whole -----------------------------------------------------------------------------------

  function draw(element, article, { same = false, find: wanted = "" } = {}) {
    const prefix = `doc${(drawings += 1)}-`;
    const before = settings.get(element);
    const layout = before?.layout ?? (matchMedia("(max-width: 50rem)").matches ? "source" : "both");
    const state = same && before ? before : { layout, below: 0.5, chosen: {}, find: wanted, opened: false };
    settings.set(element, state);
    const options = optionsOf(article);
    const items = inOrder(article);
    const view = make("div", { class: "document", "data-layout": state.layout });
    const source = sourceList(items, prefix);
    const result = make("div", { class: "flow" });
    const { find, again } = findField(state, source, result);
    const effect = make("p", { class: "effect", role: "status" });
    const plain = textWith(article, items, Object.fromEntries(Object.entries(options).map(([name, { on }]) => [name, on])), 0);
    const plainWords = plain.reduce((sum, line) => sum + words(line.text), 0);

    function update() {
      const chosen = Object.fromEntries(Object.entries(options).map(([name, { on }]) => [name, state.chosen[name] ?? on]));
      const lines = textWith(article, items, chosen, state.below);
      result.replaceChildren(...lines.map(({ text, role, kind }) =>
        make("p", { class: kind ? "returned" : role, dir: "auto", "data-family": kind ? family(kind) : null },
          kind ? make("span", { class: "kind" }, `back: ${named(kind)}`) : null, make("span", { class: "text" }, text))));
      for (const item of source.querySelectorAll(".cut")) item.classList.toggle("back", item.cut.score < state.below);
      const total = lines.reduce((sum, line) => sum + words(line.text), 0);
      const back = article.removed.filter((cut) => cut.score < state.below).length;
      const change = total === plainWords ? "as cleaned" : `${total > plainWords ? "+" : "−"}${Math.abs(total - plainWords)} against the text as cleaned`;
      effect.textContent = `${plural(total, "word")} (${change}), ${plural(article.removed.length, "removal")}` +
        (back ? `, ${back} of them back` : "");
      view.dataset.layout = state.layout;
      again();
    }
    let pause = 0;
    const updateSoon = () => { clearTimeout(pause); pause = setTimeout(update, PAUSE); };

    const layouts = { source: "marked source", both: "side by side", article: "clean text" };
    const radios = Object.entries(layouts).map(([name, label]) => make("label", {},
      make("input", { type: "radio", name: `${prefix}layout`, checked: state.layout === name,
        on: { change: () => { state.layout = name; update(); } } }), label));
    const switches = Object.entries(options).filter(([, { there }]) => there).map(([name, { label, on }]) => make("label", {},
      make("input", { type: "checkbox", name, checked: state.chosen[name] ?? on,
        on: { change: (event) => { state.chosen[name] = event.target.checked; update(); } } }), label));
    const number = make("output", {}, state.below.toFixed(2));
    const slider = make("label", {}, "bring back removals scored below",
      make("input", { type: "range", name: "below", min: "0.5", max: "1", step: "0.01", value: state.below,
        on: { input: (event) => { state.below = Number(event.target.value); number.textContent = state.below.toFixed(2); updateSoon(); } } }),
      number);
    const note = make("small", {}, "(to look at only: no option of the command)");
    view.append(
      make("h2", { dir: "auto" }, article.headline ?? "(no headline)"),
      aboutLine(article),
      make("div", { class: "settings" },
        make("fieldset", {}, make("legend", {}, "Show"), ...radios),
        make("fieldset", {}, make("legend", {}, switches.length ? "What if the text had" : "What if"), ...switches, slider, note), effect),
      metadataTable(article, state),
      find,
      make("div", { class: "panes" },
        make("section", { class: "source", "aria-label": "Source with what was removed" },
          make("h3", {}, "Source, removed blocks struck"), source),
        make("section", { class: "result", "aria-label": "Clean text" }, make("h3", {}, "Clean text"), result)));
    update();
    element.replaceChildren(view);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const list of document.querySelectorAll(".document .source > .flow")) list.classList.add("quiet");
  });

  let opened = []; // for paper
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(".document details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of opened) details.open = false; });

  return { draw, make, named, family, plural, words };
})();
