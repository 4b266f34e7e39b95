"""The look of the page: Gradio's theme in the colours of base.css, and the files sent to the browser."""

from pathlib import Path

import gradio as gr

# System fonts only: given as plain strings, Gradio downloads nothing.
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Build the theme; every colour is a variable of base.css, which has a light and a dark set."""
    both = {
        "body_background_fill": "var(--paper)",
        "body_text_color": "var(--ink)",
        "body_text_color_subdued": "var(--soft)",
        "background_fill_primary": "var(--sheet)",
        "background_fill_secondary": "var(--paper)",
        "block_background_fill": "transparent",
        "block_label_background_fill": "var(--sheet)",
        "block_label_text_color": "var(--soft)",
        "block_title_text_color": "var(--ink)",
        "border_color_primary": "var(--line)",
        "border_color_accent": "var(--accent)",
        "input_background_fill": "var(--sheet)",
        "input_background_fill_focus": "var(--sheet)",
        "input_border_color": "var(--edge)",
        "input_border_color_focus": "var(--accent)",
        "input_placeholder_color": "var(--soft)",
        "button_primary_background_fill": "var(--accent)",
        "button_primary_background_fill_hover": "var(--accent-strong)",
        "button_primary_border_color": "var(--accent)",
        "button_primary_border_color_hover": "var(--accent-strong)",
        "button_primary_text_color": "var(--on-accent)",
        "button_secondary_background_fill": "transparent",
        "button_secondary_background_fill_hover": "var(--tint)",
        "button_secondary_text_color": "var(--ink)",
        "checkbox_label_background_fill": "transparent",
        "checkbox_label_background_fill_hover": "var(--tint)",
        "checkbox_label_background_fill_selected": "var(--tint)",
        "checkbox_label_text_color": "var(--ink)",
        "checkbox_background_color_selected": "var(--accent)",
        "checkbox_border_color_selected": "var(--accent)",
        "color_accent_soft": "var(--tint)",
        "link_text_color": "var(--accent)",
        "link_text_color_hover": "var(--accent-strong)",
    }
    dark = {f"{name}_dark": value for name, value in both.items()}
    return gr.themes.Base(font=SANS, font_mono=MONO, radius_size="md", text_size="lg").set(
        **both,
        **dark,
        block_border_width="0px",
        block_shadow="none",
        block_padding="0",
        input_border_width="1px",
        input_shadow="none",
        input_shadow_focus="none",
        layout_gap="14px",
    )


STATIC = Path(__file__).parent / "static"


def script(name: str) -> str:
    """Read a script for Gradio to run."""
    return (STATIC / name).read_text("utf-8")


def style() -> str:
    """Read all style sheets; base.css comes first, the others build on it."""
    names = ("base.css", "frame.css", "conversation.css", "source.css", "panel.css", "print.css")
    return "\n".join((STATIC / name).read_text("utf-8") for name in names)
