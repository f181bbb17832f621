/**
 * Says what Go's JSON decoder says of a text it cannot read: `unexpected EOF` when it merely ends too early, else the
 * first character that does not belong.
 */
export function goJsonError(text: string): string {
  try {
    new Scanner(text).value();
    return 'unexpected EOF';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Reads one value from left to right, throwing at the first character that does not belong. */
class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  value(): void {
    const char = this.next();
    if (char === '{') return this.members();
    if (char === '[') return this.elements();
    if (char === '"') return this.string();
    if (/[-0-9]/.test(char)) return this.number();
    const literal = ['true', 'false', 'null'].find((word) => word.startsWith(char));
    if (literal === undefined) throw wrong(char, 'looking for beginning of value');
    this.literal(literal);
  }

  private members(): void {
    this.at++;
    if (this.next() === '}') return this.step();
    for (;;) {
      if (this.next() !== '"') throw wrong(this.next(), 'looking for beginning of object key string');
      this.string();
      if (this.next() !== ':') throw wrong(this.next(), 'after object key');
      this.at++;
      this.value();
      const char = this.next();
      if (char === '}') return this.step();
      if (char !== ',') throw wrong(char, 'after object key:value pair');
      this.at++;
    }
  }

  private elements(): void {
    this.at++;
    if (this.next() === ']') return this.step();
    for (;;) {
      this.value();
      const char = this.next();
      if (char === ']') return this.step();
      if (char !== ',') throw wrong(char, 'after array element');
      this.at++;
    }
  }

  private string(): void {
    for (this.at++; this.char() !== '"'; this.at++) {
      if (this.char() === '\\') this.at++;
      if (this.char() < ' ') throw wrong(this.char(), 'in string literal');
    }
    this.at++;
  }

  private number(): void {
    while (/[-+.eE0-9]/.test(this.text[this.at] ?? '')) this.at++;
  }

  private literal(word: string): void {
    for (const [i, letter] of [...word].entries()) {
      if (i > 0 && this.char() !== letter) throw wrong(this.char(), `in literal ${word} (expecting '${letter}')`);
      this.at++;
    }
  }

  private step(): void {
    this.at++;
  }

  /** The next character that is no space. @throws Error `unexpected EOF` */
  private next(): string {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
    return this.char();
  }

  private char(): string {
    const char = this.text[this.at];
    if (char === undefined) throw new Error('unexpected EOF');
    return char;
  }
}

const wrong = (char: string, where: string): Error => new Error(`invalid character '${char}' ${where}`);
