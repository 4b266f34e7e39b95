// Runs once. The server says here which generation of the library it answers from; the page's own scripts listen.

watch("value", () => window.dispatchEvent(new CustomEvent("verbatim:generation", { detail: props.value })));
