const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** What HTML has no place for; a browser would show something else, or nothing. */
const UNSHOWN = /(?![\t\n\r])\p{Cc}/gu;

/** A text as the content of an element, or the value of an attribute in quotes. */
export const escaped = (text: string): string =>
  text.replace(UNSHOWN, '\ufffd').replace(/[&<>"']/g, (character) => NAMED[character] ?? character);
