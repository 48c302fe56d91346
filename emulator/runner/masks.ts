/** What must not be read in a log, a summary or an annotation; one set for the whole job (`SecretMasker.cs`). */
export interface Masks {
  add(secret: string): void
  /** The text with every secret, in any of its forms, replaced by `***`. */
  apply(text: string): string
}

export function createMasks(): Masks {
  const hidden = new Set<string>()
  return {
    add(secret) {
      for (const form of [secret, ...encodedForms(secret)]) if (form !== '') hidden.add(form)
    },
    apply(text) {
      const ranges = [...hidden].flatMap((secret) => occurrences(text, secret))
      return ranges.length === 0 ? text : replaceRanges(text, ranges)
    },
  }
}

/** The forms in which a secret is also recognised, after the encoders that `HostContext.cs` registers. */
function encodedForms(secret: string): string[] {
  return [
    // A secret inside a longer text that is base64-encoded as a whole may start at any of three offsets.
    ...[0, 1, 2].map((shift) => Buffer.from(secret).subarray(shift).toString('base64')),
    secret.replaceAll('"', '\\"'),
    secret.replaceAll("'", "''"),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    escapeXml(secret),
    withoutQuotes(secret),
  ]
}

function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

function withoutQuotes(secret: string): string {
  return secret.length > 8 && secret.startsWith('"') && secret.endsWith('"') ? secret.slice(1, -1) : ''
}

type Range = readonly [start: number, end: number]

/** Every place where the secret starts, overlapping ones too: a repetitive secret must not leave its tail behind. */
function occurrences(text: string, secret: string): Range[] {
  const found: Range[] = []
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) found.push([at, at + secret.length])
  return found
}

/** Replaces ranges that touch or overlap by one `***`. */
function replaceRanges(text: string, ranges: Range[]): string {
  let result = ''
  let done = 0
  for (const [start, end] of ranges.sort((a, b) => a[0] - b[0])) {
    if (start > done || done === 0) result += `${text.slice(done, start)}***`
    done = Math.max(done, end)
  }
  return result + text.slice(done)
}
