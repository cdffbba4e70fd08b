// What a look at a page finds wrong that axe does not look for, in words; [] when nothing is.
// The page is shown with reduced motion.
() => {
  const found = [];
  const name = (part) => {
    const words = (part.getAttribute("aria-label") || part.textContent).trim().replace(/\s+/g, " ");
    return `${part.localName}.${part.className.baseVal ?? part.className} “${words.slice(0, 40)}”`;
  };
  const boxes = (part) => part.checkVisibility() && part.getClientRects().length > 0;
  const inSentence = (part) => {
    const display = getComputedStyle(part).display;
    return part.localName === "a" && (display === "inline" || display.startsWith("inline-text"));
  };

  if (document.documentElement.scrollWidth > innerWidth)
    found.push(`wider than the screen: ${document.documentElement.scrollWidth}`);

  const targets = "a[href], button, summary, select, textarea, input:not([type=hidden])";
  for (const part of document.querySelectorAll(targets)) {
    if (!boxes(part) || inSentence(part) || part.closest(".unseen, [aria-hidden=true]")) continue;
    if (part.matches("a, button, summary") && part.scrollWidth > part.clientWidth + 1)
      found.push(`its words do not fit: ${name(part)}`);
    const pressed = part.labels?.length && /^(checkbox|radio)$/.test(part.type);
    const { width, height } = (pressed ? part.labels[0] : part).getBoundingClientRect();
    if (width <= 1 && height <= 1) continue; // for screen readers
    if (Math.round(width) < 44 || Math.round(height) < 44)
      found.push(`small: ${name(part)} ${Math.round(width)} × ${Math.round(height)}`);
  }

  const before = document.activeElement;
  for (const part of document.querySelectorAll(`${targets}, [tabindex="0"]`)) {
    if (!boxes(part) || part.disabled || part.tabIndex < 0) continue;
    part.focus({ focusVisible: true, preventScroll: true });
    if (document.activeElement !== part) continue;
    const { outlineStyle, outlineWidth } = getComputedStyle(part);
    if (outlineStyle === "none" || parseFloat(outlineWidth) < 2)
      found.push(`focus is not seen: ${name(part)}`);
    part.blur();
  }
  before?.focus?.({ preventScroll: true });

  const seconds = (times) => Math.max(...times.split(",").map(parseFloat));
  for (const part of document.querySelectorAll("*")) {
    const { transitionDuration, animationName, animationDuration } = getComputedStyle(part);
    const moves = animationName !== "none" && seconds(animationDuration) > 0.01;
    if (moves || seconds(transitionDuration) > 0.01) found.push(`moves: ${name(part)}`);
    for (const { name: attribute } of part.attributes)
      if (/^on|^style$/.test(attribute)) found.push(`inline ${attribute}: ${name(part)}`);
  }

  if (document.querySelector("style, script:not([src])")) found.push("an inline script or style");
  const eager = "link[rel~=prefetch], link[rel~=preconnect], link[rel~=dns-prefetch]";
  if (document.querySelector(`${eager}, link[rel~=prerender], [ping], iframe, object, embed`))
    found.push("something is fetched ahead, or from elsewhere");
  for (const form of document.querySelectorAll("form[method=post i]"))
    if (!form.elements.csrf_token?.value && !new URL(form.action).pathname.startsWith("/a/"))
      found.push(`a form without token: ${form.getAttribute("action")}`);
  return [...new Set(found)];
}
