"""Draws the screen of a terminal as a picture.

Reads what `tmux capture-pane -e -N -p` writes, text with SGR sequences (ECMA-48, 8.3.117),
and writes a PNG by a headless Chromium: terminal.py PICTURE.png COLUMNS ROWS <SCREEN
"""
import html
import os
import re
import subprocess
import sys
import tempfile

BASIC = ["#2e3440", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9",
         "#667084", "#ff7b86", "#b5e890", "#ffd68a", "#8cc8ff", "#e0a0f5", "#7fdbe6", "#ffffff"]
FOREGROUND, BACKGROUND = "#d8dee9", "#1e222a"
WIDTH, HEIGHT = 8.43, 18  # of a cell, in pixels: DejaVu Sans Mono at 14


def palette(number):
    """The colour of one of 256: 16 basic ones, a cube of 6 by 6 by 6, 24 greys."""
    if number < 16:
        return BASIC[number]
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    levels = [0, 95, 135, 175, 215, 255]
    number -= 16
    return "#%02x%02x%02x" % (levels[number // 36], levels[number // 6 % 6], levels[number % 6])


def colour(codes):
    """Takes the parameters behind 38 or 48."""
    if codes.pop(0) == 5:
        return palette(codes.pop(0))
    return "#%02x%02x%02x" % (codes.pop(0), codes.pop(0), codes.pop(0))


def apply(style, codes):
    """The style after a sequence of SGR codes."""
    style = dict(style)
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = {}
        elif code in (1, 3, 4, 7):
            style[code] = True
        elif code in (22, 23, 24, 27):
            style.pop({22: 1, 23: 3, 24: 4, 27: 7}[code], None)
        elif code in (38, 48):
            style[code] = colour(codes)
        elif code in (39, 49):
            style.pop(code - 1, None)
        else:
            for first, ground, bright in ((30, 38, 0), (40, 48, 0), (90, 38, 8), (100, 48, 8)):
                if first <= code < first + 8:
                    style[ground] = palette(code - first + bright)
    return style


def css(style):
    front, back = style.get(38, FOREGROUND), style.get(48, "transparent")
    if 7 in style:
        front, back = style.get(48, BACKGROUND), style.get(38, FOREGROUND)
    rules = [f"color:{front}", f"background:{back}"]
    rules += ["font-weight:bold"] * (1 in style) + ["font-style:italic"] * (3 in style)
    rules += ["text-decoration:underline"] * (4 in style)
    return ";".join(rules)


def page(screen, columns, rows):
    lines, style = [], {}
    for line in screen.split("\n")[:rows]:
        spans = []
        for text, codes in re.findall(r"([^\x1b]+)|\x1b\[([\d;]*)m", line):
            if text:
                spans.append(f'<span style="{css(style)}">{html.escape(text)}</span>')
            else:
                style = apply(style, [int(code or 0) for code in codes.split(";")])
        lines.append(f'<div>{"".join(spans)}</div>')
    return f"""<!doctype html><meta charset="utf-8"><style>
      body {{ margin: 0; background: {BACKGROUND}; color: {FOREGROUND};
        font: 14px/{HEIGHT}px "DejaVu Sans Mono", monospace; }}
      main {{ padding: 10px; width: {columns * WIDTH:.0f}px }}
      div {{ height: {HEIGHT}px; white-space: pre; overflow: hidden }}
      span {{ display: inline-block; height: {HEIGHT}px; vertical-align: top }}
    </style><main>{"".join(lines)}</main>"""


def main():
    picture, columns, rows = os.path.abspath(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "screen.html")
        with open(path, "w", encoding="utf-8") as file:
            file.write(page(sys.stdin.read(), columns, rows))
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             f"--user-data-dir={folder}/profile", f"--screenshot={picture}",
             f"--window-size={round(columns * WIDTH) + 20},{rows * HEIGHT + 20}", f"file://{path}"],
            check=True, stderr=subprocess.DEVNULL)


main()
