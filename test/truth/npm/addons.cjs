'use strict'
// node addons.cjs NAME FILE: loads an addon (or the package around it, through NODE_PATH) and has it do a little of its real work.
// Prints `ok` at the end; a wrong answer throws.
const assert = require('node:assert')
const { mkdtempSync, readFileSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const source = 'export const greet = (name) => `hello ${name}`; class A { #x = 1; get x() { return this.#x ?? 2 } } export default A\n'
const filler = Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(500))

async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'shrink-addon-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The smallest ONNX model that multiplies matrices: Y = X · X for 64 × 64 numbers, as protobuf by hand. */
function onnxModel() {
  const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)])
  const bytes = (field, content) => [...varint((field << 3) | 2), ...varint(content.length), ...content]
  const text = (field, value) => bytes(field, [...Buffer.from(value)])
  const number = (field, value) => [...varint(field << 3), ...varint(value)]
  const shape = bytes(2, [...bytes(1, number(1, 64)), ...bytes(1, number(1, 64))])
  const value = (field, name) => bytes(field, [...text(1, name), ...bytes(2, bytes(1, [...number(1, 1), ...shape]))])
  const node = bytes(1, [...text(1, 'X'), ...text(1, 'X'), ...text(2, 'Y'), ...text(4, 'MatMul')])
  const graph = bytes(7, [...node, ...text(2, 'g'), ...value(11, 'X'), ...value(12, 'Y')])
  return Uint8Array.from([...number(1, 8), ...graph, ...bytes(8, number(2, 13))])
}

/** CRC by bits, to check those that instructions made. */
function crc(bytes, polynomial) {
  let sum = -1
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (polynomial & -(sum & 1))
  }
  return ~sum >>> 0
}

const work = {
  rollup: (addon) => assert(addon.parse(source, false, false).length > 100 && addon.xxhashBase64Url(filler).length > 10),
  swc: (addon) => {
    const options = { jsc: { parser: { syntax: 'ecmascript' }, target: 'es5', minify: { compress: true, mangle: true } }, minify: true, module: { type: 'commonjs' } }
    assert(/hello/.test(addon.transformSync(source, false, Buffer.from(JSON.stringify(options))).code))
  },
  rolldown: (addon) => assert(Object.keys(addon).length > 10),
  'oxc-parser': (addon) => assert(addon.parseSync('a.js', source).program.length > 100),
  lightningcss: (addon) => {
    const code = Buffer.from('@media (width >= 600px) { .a { color: rgb(255 0 0 / 50%); & .b { inset: 0 } } }'.repeat(50))
    assert(addon.transform({ filename: 'a.css', code, minify: true, targets: { chrome: 60 << 16 } }).code.length > 20)
  },
  argon2: (addon) => assert(addon.hashSync('secret', { memoryCost: 256, timeCost: 2 }).startsWith('$argon2id')),
  bcrypt: (addon) => assert(addon.encrypt_sync('secret', addon.gen_salt_sync('b', 4, Buffer.alloc(16, 7))).startsWith('$2b$04$')),
  crc32: (addon) => assert.deepEqual([addon.crc32(filler), addon.crc32c(filler)], [crc(filler, 0xedb88320), crc(filler, 0x82f63b78)]),
  xxhash: (addon) => assert(addon.xxh64(filler) > 0n && addon.xxh3.xxh128(filler) > 0n && new addon.Xxh32(0).update(filler).digest() > 0),
  jieba: (addon) => assert(new addon.Jieba().cut(Buffer.from('我们中出了一个叛徒'), false).length > 3),
  sodium: (addon) => {
    const flat = (...views) => views.flatMap(({ buffer, byteOffset, byteLength }) => [buffer, byteOffset, byteLength])
    const [hash, key, nonce, text] = [32, 32, 24, 64].map((size) => Buffer.alloc(size, 1))
    assert.equal(addon.crypto_generichash(...flat(hash, filler, key)), 0)
    assert.equal(addon.crypto_stream_xor(...flat(text, text, nonce, key)), 0)
    assert(text.some((byte) => byte !== 1) && hash.some((byte) => byte !== 1))
  },
  usearch: (addon) => {
    for (const [scalar, dimensions] of [['f32', 128], ['f16', 128], ['i8', 128]]) {
      const index = new addon.CompiledIndex(dimensions, 'cos', scalar, 16, 64, 32, false)
      const vectors = Float32Array.from({ length: 20 * dimensions }, (_, at) => Math.sin(at))
      index.add(BigUint64Array.from({ length: 20 }, (_, at) => BigInt(at)), vectors, 1)
      assert.equal(index.search(vectors.slice(0, dimensions), 3, 1)[0][0], 0n)
    }
  },
  lmdb: () =>
    inFolder((path) => {
      const database = require('lmdb').open({ path })
      database.putSync('key', { value: 'x'.repeat(3000) })
      assert.equal(database.get('key').value.length, 3000)
    }),
  canvas: () => {
    const { createCanvas } = require('@napi-rs/canvas')
    const canvas = createCanvas(120, 80)
    const context = canvas.getContext('2d')
    context.filter = 'blur(2px)'
    const gradient = context.createRadialGradient(60, 40, 5, 60, 40, 40)
    gradient.addColorStop(0, 'red')
    gradient.addColorStop(1, 'blue')
    context.fillStyle = gradient
    context.fillRect(0, 0, 120, 80)
    context.rotate(0.3)
    context.fillText('text', 20, 20)
    assert(canvas.toBuffer('image/png').length > 200 && canvas.toBuffer('image/jpeg').length > 200)
  },
  sharp: async () => {
    const sharp = require('sharp')
    const raw = { width: 64, height: 48, channels: 3 }
    const pixels = Buffer.from(Uint8Array.from({ length: 64 * 48 * 3 }, (_, at) => at * 7))
    for (const format of ['jpeg', 'png', 'webp']) {
      const image = await sharp(pixels, { raw }).resize(40, 30).blur(1).toFormat(format).toBuffer()
      assert((await sharp(image).rotate(20).toColourspace('lab').raw().toBuffer()).length > 100)
    }
    await sharp(pixels, { raw }).resize(32, 24).avif({ effort: 0 }).toBuffer()
  },
  onnxruntime: (addon) => {
    const { Tensor } = require('onnxruntime-common')
    addon.initOrtOnce(2, Tensor, true)
    const session = new addon.InferenceSession()
    const model = onnxModel()
    session.loadModel(model.buffer, 0, model.byteLength, {})
    const x = new Tensor('float32', Float32Array.from({ length: 4096 }, (_, at) => at % 7), [64, 64])
    assert(session.run({ X: x }, { Y: null }, {}).Y.data[5] > 0)
  },
  polars: () => {
    const pl = require('nodejs-polars')
    const frame = pl.DataFrame({ a: [1, 2, 3, 4], b: ['x', 'y', 'x', 'y'] })
    assert.equal(frame.groupBy('b').agg(pl.col('a').sum()).height, 2)
  },
  zigpty: (addon) => assert(addon.open(80, 24).master > 0),
  tailwind: (addon) => assert(new addon.Scanner({ sources: [] }).scanFiles([{ content: '<div class="flex p-4 md:w-1/2">', extension: 'html' }]).includes('flex')),
  watcher: (addon) => inFolder((path) => addon.writeSnapshot(path, join(path, 'snapshot'), { backend: 'inotify' })),
  blst: (addon) => {
    const message = Buffer.alloc(32, 3)
    const key = addon.SecretKey.fromKeygen(Buffer.alloc(32, 5))
    assert(addon.verify(message, key.toPublicKey(), key.sign(message)))
  },
  hashtree: (addon) => assert(addon.hash(new Uint8Array(1024)).some((byte) => byte !== 0)),
  resvg: (addon) => {
    const svg = '<svg width="40" height="30" xmlns="http://www.w3.org/2000/svg"><circle cx="20" cy="15" r="9" fill="red" filter="blur(2px)"/></svg>'
    assert(new addon.Resvg(svg).render().asPng().length > 100)
  },
  image: (addon) => {
    const picture = () => addon.Transformer.fromRgbaPixels(new Uint8Array(64 * 48 * 4).fill(9), 64, 48)
    assert(picture().resize(20, 15).jpegSync(80).length > 100)
    assert(picture().webpSync(80).length > 50) // its libwebp was compiled for AVX2
  },
  libsql: (addon) => {
    const database = addon.databaseOpen(':memory:', '', '', '', 0, '')
    addon.databaseExecSync.call(database, 'create table t(a); insert into t values (randomblob(100)), (2)')
  },
  level: (addon) =>
    inFolder(async (path) => {
      const database = addon.db_init()
      await addon.db_open(database, path, { compression: true })
      await addon.batch_do(database, [{ type: 'put', key: 'key', value: filler, keyEncoding: 'utf8' }], {})
      await addon.db_close(database)
    }),
  tokenizers: (addon) => assert(addon.byteLevelAlphabet().length === 256 && addon.nfkcNormalizer().normalizeString('\ufb01') === 'fi'),
  edr: (addon) => assert(addon.keccak256(filler).length === 32 && addon.secp256k1PublicKeyFromSecretKey !== undefined),
  // numbers of 4 bits for vectors are looked up with PSHUFB, and nothing checks for SSSE3
  lancedb: (addon) =>
    inFolder(async (path) => {
      const connection = await addon.Connection.new(path, {}, undefined)
      const table = await connection.createTable('vectors', readFileSync(join(__dirname, 'vectors.arrow')), 'create')
      await table.createIndex(addon.Index.ivfPq('l2', 1, 4, 4), 'vector')
      const query = table.vectorSearch(Float32Array.from({ length: 16 }, (_, place) => Math.sin(place)))
      query.limit(3)
      const found = await query.execute()
      assert.notEqual(await found.next(), null)
    }),
  snappy: (addon) => assert.equal(addon.uncompressSync(addon.compressSync(filler), { asBuffer: true }).length, filler.length),
}

const [name, file] = process.argv.slice(2)
Promise.resolve()
  .then(() => work[name](file === undefined ? undefined : require(file)))
  .then(
    () => {
      console.log('ok')
      process.reallyExit(0) // nobody waits for thread pools
    },
    (error) => {
      console.error(error)
      process.reallyExit(1)
    },
  )
