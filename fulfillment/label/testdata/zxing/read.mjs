// Reads the barcodes of raw portable bitmaps (P4), many in one file, with zxing-cpp. One line of JSON for each picture:
// its texts, UTF-8 as hexadecimal digits, so that control characters arrive.
import { readFileSync } from "node:fs";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const wasm = new URL(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm"));
await prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm).buffer }, fireImmediately: true });

const file = readFileSync(process.argv[2]);
for (let at = 0; at < file.length; ) {
  const [head, w, h] = /^P4\n(\d+) (\d+)\n/.exec(file.toString("latin1", at, at + 32));
  const width = Number(w), height = Number(h), stride = (width + 7) >> 3;
  at += head.length;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if ((file[at + y * stride + (x >> 3)] >> (7 - (x & 7))) & 1) data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
  at += stride * height;
  const found = await readBarcodes({ data, width, height, colorSpace: "srgb" }, {
    formats: ["Code128", "QRCode"], tryHarder: true, tryRotate: true, tryInvert: false, maxNumberOfSymbols: 255, textMode: "Plain",
  });
  console.log(JSON.stringify(found.filter((r) => r.isValid).map((r) => Buffer.from(r.text, "utf8").toString("hex"))));
}
