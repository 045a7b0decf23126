// How many billed parts a text needs: the same rules as texting/segments.py. Change both; the tests compare them.

export const GSM_BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
export const GSM_EXTENSION = "\f^{}\\[~]|€";

const GSM = new Set(GSM_BASIC + GSM_EXTENSION);
const TWO_SEPTETS = new Set(GSM_EXTENSION);

function countParts(sizes, part) {
  let count = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > part) {
      count += 1;
      used = 0;
    }
    used += size;
  }
  return count;
}

export function countSegments(text) {
  const characters = [...text];
  const isGsm = characters.every((one) => GSM.has(one));
  const sizes = characters.map((one) => (isGsm ? (TWO_SEPTETS.has(one) ? 2 : 1) : one.length));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const [whole, part] = isGsm ? [160, 153] : [70, 67];
  return {
    units,
    encoding: isGsm ? "GSM-7" : "UCS-2",
    segmentCount: units <= whole ? Math.min(units, 1) : countParts(sizes, part),
    characters: characters.length,
    bytesUtf8: new TextEncoder().encode(text).length,
  };
}

// What the server will count and send, whatever was pasted.
export function normaliseBody(raw) {
  return raw
    .replace(/\r\n?|[\v\f\x85\u2028\u2029]/g, "\n")
    .replace(/\t/g, " ")
    .replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff]|\p{Cs}/gu, "")
    .normalize("NFC")
    .trimEnd();
}
