"""A mail as people see it, in a browser; the picture in the docs is made here."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, Request

from jupyter_realtime.cli import main
from tests.browser.conftest import ROOT

IMAGES = ROOT / "docs" / "images"


def previewed(browser: Browser, tmp_path: Path, width: int) -> tuple[Page, list[Request]]:
    """Open a preview with examples; what it asks for is noted."""
    file = tmp_path / "mail.html"
    assert main(["digest", "--sample", "--for", "ana", "--preview", str(file)]) == 0
    page = browser.new_page(viewport={"width": width, "height": 900}, device_scale_factor=2)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.goto(file.as_uri())
    return page, asked


def test_D8_a_mail_loads_nothing_and_needs_no_script(browser: Browser, tmp_path: Path) -> None:
    page, asked = previewed(browser, tmp_path, 760)
    assert [request.url for request in asked] == [page.url]
    assert page.locator("script, img, style, link, iframe, form").count() == 0
    IMAGES.mkdir(exist_ok=True)
    page.screenshot(path=IMAGES / "mail.png", full_page=True)
    page.close()


def test_D8_a_mail_fits_on_a_telephone_and_its_text_can_be_read(
    browser: Browser, tmp_path: Path
) -> None:
    page, _ = previewed(browser, tmp_path, 360)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate(LEAST_CONTRAST) >= 4.5
    page.close()


# Of all texts, against the next background behind them (WCAG 2.2, 1.4.3).
LEAST_CONTRAST = """() => {
  const channel = value => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const light = ([red, green, blue]) =>
    0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const parts = color => color.match(/[\\d.]+/g).map(Number);
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      const color = parts(getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let least = 21;
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.data.trim()) continue;
    const [dark, bright] = [light(parts(getComputedStyle(text.parentElement).color)),
      light(behind(text.parentElement))].sort((a, b) => a - b);
    least = Math.min(least, (bright + 0.05) / (dark + 0.05));
  }
  return least;
}"""
