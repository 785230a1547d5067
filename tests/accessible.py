"""What a person with a keyboard, a screen reader, a small screen or weak eyes meets on a page in a real browser."""

import importlib.util
from pathlib import Path
from typing import Any

from tests.chromium import Tab

# The one computation of contrast: `faint()` gives what is written fainter than 4.5 to 1 on the ground it stands on.
CONTRAST = """
  var list = function (selector) { return Array.from(document.querySelectorAll(selector)); };
  var shown = function (each) { return each.getClientRects().length > 0 && !each.closest("[aria-hidden=true]"); };
  var luminance = function (colour) {
    var parts = colour.match(/[\\d.]+/g).slice(0, 3).map(function (part) {
      part = part / 255; return part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4); });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]; };
  var ground = function (each) {
    for (; each; each = each.parentElement) {
      var colour = getComputedStyle(each).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") { return colour; } }
    return "rgb(255, 255, 255)"; };
  var contrast = function (each) {
    var style = getComputedStyle(each), colour = each.namespaceURI.endsWith("svg") ? style.fill : style.color;
    if (colour === "none" || colour === "rgba(0, 0, 0, 0)") { return 21; }
    var pair = [luminance(colour), luminance(ground(each))].sort(function (one, other) { return one - other; });
    return (pair[1] + 0.05) / (pair[0] + 0.05); };
  var faint = function () {
    return list("main *, header *").filter(function (each) {
      return shown(each) && !/^(script|style|title|option)$/i.test(each.tagName) && contrast(each) < 4.5 &&
        Array.from(each.childNodes).some(function (node) {
          return node.nodeType === 3 && node.textContent.trim(); }); }); };
"""
# Each is a list of what is wrong; the rules are those of WCAG 2.2 AA that a program can decide.
_PROBE = """(function () {
CONTRAST
  var told = function (each) { return each.outerHTML.slice(0, 120); };
  var level = function (each) { return +each.tagName[1]; };
  var headings = list("h1, h2, h3, h4").filter(shown).map(level);
  return {
    language: /^(id|en)$/.test(document.documentElement.lang) ? [] : ["lang"],
    title: document.title.length > 5 ? [] : ["title"],
    landmarks: list("main").length === 1 && list("header").length === 1 ? [] : ["main or header"],
    headings: headings[0] === 1 && headings.every(function (each, place) {
      return !place || each - headings[place - 1] <= 1; }) ? [] : headings,
    sideways: document.documentElement.scrollWidth <= innerWidth ? [] : [document.documentElement.scrollWidth],
    faint: faint().map(told),
    unlabelled: list("input:not([type=hidden]), select, textarea").filter(function (each) {
      return !each.labels.length && !each.getAttribute("aria-label"); }).map(told),
    unnamed: list("a[href], button, summary").filter(function (each) {
      return shown(each) && !(each.textContent.trim() || each.getAttribute("aria-label")); }).map(told),
    uncaptioned: list("table:not(:has(caption))").map(told),
    unscoped: list("th:not([scope])").map(told),
    twice: list("[id]").filter(function (each) { return list("#" + CSS.escape(each.id)).length > 1; }).map(told),
    lost: list("[aria-labelledby], a[href^='#']").filter(function (each) {
      return !document.getElementById(each.getAttribute("aria-labelledby") || each.hash.slice(1)); }).map(told),
    unreachable: list("main *").filter(function (each) {
      return shown(each) && each.scrollWidth > each.clientWidth + 1 && each.tabIndex < 0 &&
        /auto|scroll/.test(getComputedStyle(each).overflowX); }).map(told),
    forced: list("[tabindex]").filter(function (each) { return each.tabIndex > 0; }).map(told),
    hidden: list("[aria-hidden=true] a, [aria-hidden=true] button").filter(function (each) {
      return each.tabIndex >= 0; }).map(told),
    small: list("button, select, input:not([type=hidden]), td a, th a, li a, summary").filter(function (each) {
      var box = each.getBoundingClientRect(), style = getComputedStyle(each);
      var isTick = each.type === "radio" || each.type === "checkbox";
      return shown(each) && !isTick && style.display !== "inline" && box.height < 24; }).map(told),
    undescribed: list("svg").filter(function (each) {
      return shown(each) && each.getAttribute("role") !== "img"; }).map(told),
    strays: list("ul > *:not(li), ol > *:not(li), dl > *:not(dt):not(dd):not(div)").map(told),
    zoom: /user-scalable=no|maximum-scale/.test(document.querySelector("meta[name=viewport]").content) ? ["zoom"] : []
  }; })()"""
_AXE = """axe.run(document, {resultTypes: ["violations"]}).then(function (result) {
  return result.violations.map(function (each) {
    return each.id + " (" + each.impact + "): " + each.nodes.map(function (node) {
      return node.target.join(" "); }).slice(0, 5).join(", "); }); })"""
_NAMED = {"link", "button", "textbox", "combobox", "checkbox", "radio", "searchbox", "heading", "table", "Date"}


def faults(tab: Tab) -> dict[str, Any]:
    """What is wrong with the open page, by rule; nothing where all is well."""
    found: dict[str, list[str]] = tab.run(_PROBE.replace("CONTRAST", CONTRAST))
    assert len(found) > 15
    return {rule: what for rule, what in found.items() if what}


AXE_ABSENT = "the rules of axe are not installed: pip install --no-deps -r requirements-clients.txt"


def axe() -> str:
    """The script of axe-core, as a wheel brings it whose own driver is not used; empty where it is not installed."""
    spec = importlib.util.find_spec("axe_playwright_python")
    folders = (spec.submodule_search_locations or []) if spec is not None else []
    return "".join((Path(folder) / "axe.min.js").read_text(encoding="utf-8") for folder in folders)


def violations(tab: Tab, script: str) -> list[str]:
    """What axe finds wrong with the open page, once it is drawn: the rule, how bad it is, and where."""
    tab.run("new Promise(function (done) { requestAnimationFrame(function () { requestAnimationFrame(done); }); })")
    tab.run(f"{script}; 0")
    found: list[str] = tab.run(_AXE)
    return found


def tree(tab: Tab) -> list[tuple[str, str]]:
    """(role, name) of everything that a screen reader is told of."""
    tab.ask("Accessibility.enable")
    nodes = tab.ask("Accessibility.getFullAXTree")["nodes"]
    return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node.get("ignored")]


def nameless(tab: Tab) -> list[str]:
    """The roles of what a screen reader would announce without a name."""
    return [role for role, name in tree(tab) if role in _NAMED and not name.strip()]
