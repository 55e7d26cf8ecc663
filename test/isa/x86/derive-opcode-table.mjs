// Asks iced-x86 about every opcode in every map, prefix, W, L and ModRM form, and prints the answers as the lines of
// src/isa/x86/opcode-table.ts. Run it when iced learns new instructions, and read the difference before committing it:
//   node test/isa/x86/derive-opcode-table.mjs > src/isa/x86/opcode-table.ts
import { createRequire } from 'node:module'

const iced = createRequire(import.meta.url)('iced-x86')
const featureName = new Map()
for (const [name, id] of Object.entries(iced.CpuidFeature)) if (typeof id === 'number') featureName.set(id, name)

/** Not features a program can lack: there since the first x86-64, executed as NOPs by CPUs without them, or privileged alike. */
const ignored = new Set(
  ('INTEL8086 INTEL8086_ONLY INTEL186 INTEL286 INTEL286_ONLY INTEL386 INTEL386_ONLY INTEL386_A0_ONLY INTEL486 INTEL486_A_ONLY ' +
    'X64 CPUID FPU FPU287 FPU287XL_ONLY FPU387 FPU387SL_ONLY TSC MSR SMM SYSCALL SEP MULTIBYTENOP PAUSE RDPMC CLFSH UDBG IA64 ' +
    'CET_IBT CET_SS PREFETCHW PREFETCHWT1 PREFETCHITI MONITOR D3NOW_X CLDEMOTE WBNOINVD OSS ' +
    'VMX INVEPT INVVPID SMAP LKGS FRED MSRLIST WRMSRNS HRESET').split(' '),
)
const renamed = { HLE_or_RTM: 'rtm', SKINIT_or_SVM: 'svm' }
const instruction = new iced.Instruction()
const featuresOfCode = new Map()

function probe(bytes) {
  const padded = new Uint8Array(15)
  padded.set(bytes)
  const decoder = new iced.Decoder(64, padded, 0)
  decoder.decodeOut(instruction)
  decoder.free()
  const code = instruction.code
  if (code === 0) return null
  let features = featuresOfCode.get(code)
  if (features === undefined) {
    const names = [...instruction.cpuidFeatures()].map((id) => featureName.get(id)).filter((name) => !ignored.has(name))
    features = names.map((name) => renamed[name] ?? name.toLowerCase()).sort().join('+') || '-'
    featuresOfCode.set(code, features)
  }
  return { length: instruction.length, features }
}

function modrmLength(modrm) {
  const mod = modrm >> 6
  const rm = modrm & 7
  if (mod === 3) return 1
  return 1 + (rm === 4 ? 1 : 0) + (mod === 1 ? 1 : mod === 2 || (mod === 0 && rm === 5) ? 4 : 0)
}

/** Operand shape shared by all valid forms: ModRM or not, and how many immediate bytes. */
function shapeOf(forms) {
  const withModrm = new Set(forms.map((form) => form.length - form.header - modrmLength(form.modrm)))
  if (withModrm.size === 1) {
    const [immediate] = withModrm
    return immediate === 0 ? 'rm' : `rm+${immediate}`
  }
  const without = new Set(forms.map((form) => form.length - form.header))
  if (without.size === 1) {
    const [immediate] = without
    return immediate === 0 ? 'none' : `none+${immediate}`
  }
  throw new Error(`no single shape: ${JSON.stringify(forms.slice(0, 4))}`)
}

/** The shortest way to say which forms need what: one set for all, or `selector=set` pairs. Forms not listed are invalid. */
const selectors = {
  w: (form) => `w${form.w}`,
  l: (form) => `l${form.l}`,
  wl: (form) => `w${form.w}l${form.l}`,
  mod: (form) => (form.modrm >= 0xc0 ? 'reg' : 'mem'),
  slash: (form) => `${form.modrm >= 0xc0 ? 'reg' : 'mem'}/${(form.modrm >> 3) & 7}`,
  slashl: (form) => `/${(form.modrm >> 3) & 7}l${form.l}`,
  wslash: (form) => `w${form.w}${form.modrm >= 0xc0 ? 'reg' : 'mem'}/${(form.modrm >> 3) & 7}`,
  modrm: (form) => (form.modrm >= 0xc0 ? `rm${form.modrm.toString(16)}` : `mem/${(form.modrm >> 3) & 7}`),
}
function featuresBy(forms, allowed) {
  const sets = new Set(forms.map((form) => form.features))
  if (sets.size === 1 && !sets.has(null)) return [...sets][0]
  const valid = forms.filter((form) => form.features !== null)
  const onlyValid = new Set(valid.map((form) => form.features))
  for (const name of ['all', ...allowed]) {
    const select = name === 'all' ? () => 'all' : selectors[name]
    const answer = new Map()
    let consistent = true
    for (const form of valid) {
      const key = select(form)
      if (answer.has(key) && answer.get(key) !== form.features) consistent = false
      answer.set(key, form.features)
    }
    if (!consistent) continue
    // which ModRM forms are valid matters for telling code from data only in the legacy maps
    if (name === 'all') return [...onlyValid][0]
    return [...answer].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`).join(' ')
  }
  throw new Error('no selector tells the forms apart')
}

const lines = []
function emit(encoding, map, prefix, rows) {
  const groups = new Map()
  for (const { opcode, shape, features } of rows) {
    const key = `${shape.padEnd(7)} ${features}`
    groups.set(key, [...(groups.get(key) ?? []), opcode])
  }
  for (const [key, opcodes] of groups) {
    const ranges = []
    for (const opcode of opcodes) {
      const last = ranges.at(-1)
      if (last !== undefined && last[1] === opcode - 1) last[1] = opcode
      else ranges.push([opcode, opcode])
    }
    const hex = (value) => value.toString(16).padStart(2, '0')
    const text = ranges.map(([from, to]) => (from === to ? hex(from) : `${hex(from)}-${hex(to)}`))
    // long lists break over several lines, so that a line stays readable
    for (let at = 0; at < text.length; at += 20) {
      lines.push(`${encoding.padEnd(6)} ${map.padEnd(4)} ${prefix.padEnd(2)} ${text.slice(at, at + 20).join(',')} ${key}`)
    }
  }
}

const prefixes = [['np', []], ['66', [0x66]], ['f3', [0xf3]], ['f2', [0xf2]]]
const maps = [['0f', [0x0f]], ['0f38', [0x0f, 0x38]], ['0f3a', [0x0f, 0x3a]]]
for (const [map, escape] of maps) {
  for (const [prefix, prefixBytes] of prefixes) {
    const rows = []
    for (let opcode = 0; opcode < 256; opcode++) {
      if (map === '0f' && [0x38, 0x3a, 0x0f].includes(opcode)) continue
      const forms = []
      for (const w of [0, 1]) {
        for (let modrm = 0; modrm < 256; modrm++) {
          const head = [...prefixBytes, ...(w ? [0x48] : []), ...escape, opcode]
          const answer = probe([...head, modrm])
          // `rep bsf` runs as BSF where there is no TZCNT, and compilers emit it for every CPU: not the feature BMI1
          const features = map === '0f' && prefix === 'f3' && opcode === 0xbc ? 'tzcnt' : (answer?.features ?? null)
          forms.push({ w, l: 0, modrm, header: head.length, length: answer?.length, features })
        }
      }
      const valid = forms.filter((form) => form.features !== null)
      if (valid.length === 0) continue
      rows.push({ opcode, shape: shapeOf(valid), features: featuresBy(forms, ['w', 'mod', 'slash', 'wslash', 'modrm']) })
      // REP MONTMUL exists in 32-bit mode only, and this table asks in 64-bit mode
      if (map === '0f' && prefix === 'f3' && opcode === 0xa6) rows.at(-1).features = `reg/0=padlock_pmm ${rows.at(-1).features}`
    }
    emit('legacy', map, prefix, rows)
  }
}
for (const [index, [map]] of maps.entries()) {
  for (const [pp, [prefix]] of prefixes.entries()) {
    const rows = []
    for (let opcode = 0; opcode < 256; opcode++) {
      const forms = []
      for (const w of [0, 1]) {
        for (const l of [0, 1]) {
          for (let modrm = 0; modrm < 256; modrm++) {
            for (const vvvv of [0xf, 0x3]) {
              const head = [0xc4, 0xe1 + index, (w << 7) | (vvvv << 3) | (l << 2) | pp, opcode]
              const answer = probe([...head, modrm])
              forms.push({ w, l, modrm, header: head.length, length: answer?.length, features: answer?.features ?? null })
            }
          }
        }
      }
      const valid = forms.filter((form) => form.features !== null)
      if (valid.length === 0) continue
      rows.push({ opcode, shape: shapeOf(valid), features: featuresBy(forms, ['w', 'l', 'wl', 'mod']) })
    }
    emit('vex', map, prefix, rows)
  }
}
const evexModrms = [0x00, 0x08, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38, 0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c]
const evexRegisters = [0xc1, 0xc9, 0xd1, 0xd9, 0xe1, 0xe9, 0xf1, 0xf9]
for (const [map, number] of [['0f', 1], ['0f38', 2], ['0f3a', 3], ['map5', 5], ['map6', 6]]) {
  for (const [pp, [prefix]] of prefixes.entries()) {
    const rows = []
    for (let opcode = 0; opcode < 256; opcode++) {
      const forms = []
      for (const w of [0, 1]) {
        for (const l of [0, 1, 2, 3]) {
          for (const b of [0, 1]) {
            for (const vvvv of [0xf, 0x3]) {
              for (const aaa of [0, 1]) {
                for (const modrm of [...evexModrms, ...evexRegisters]) {
                  const head = [0x62, 0xf0 | number, (w << 7) | (vvvv << 3) | 4 | pp, (l << 5) | (b << 4) | 8 | aaa, opcode]
                  const answer = probe([...head, modrm, 0x12])
                  // EVEX.b with register operands means rounding control: the vector length is 512 whatever L'L says
                  const length = b === 1 && modrm >= 0xc0 ? 2 : l
                  forms.push({ w, l: length, modrm, header: head.length, length: answer?.length, features: answer?.features ?? null })
                }
              }
            }
          }
        }
      }
      const valid = forms.filter((form) => form.features !== null)
      if (valid.length === 0) continue
      rows.push({ opcode, shape: shapeOf(valid), features: featuresBy(forms, ['w', 'l', 'wl', 'slashl']) })
    }
    emit('evex', map, prefix, rows)
  }
}
process.stdout.write(`/**
 * Every opcode behind an escape byte or a vector prefix: which operands follow and which CPUID features it needs.
 *
 *     encoding map prefix opcodes operands features
 *
 * - prefix: the mandatory one (\`np\`: none; VEX.pp and EVEX.pp alike).
 * - opcodes: hexadecimal bytes and ranges.
 * - operands: \`rm\`, \`none\`, each with \`+n\` immediate bytes.
 * - features: a set joined by \`+\`, \`-\` for none, or \`selector=set\` pairs where forms differ; unlisted forms are invalid.
 *   Selectors: \`w1\` VEX.W/REX.W, \`l2\` vector length (0: 128, 1: 256, 2: 512 bits), \`reg/6\` ModRM.reg with a register
 *   operand, \`mem/6\` with a memory operand, \`/6l2\` both, \`rmd0\` one ModRM byte.
 *
 * \`tzcnt\` stands for F3 0F BC, which CPUs without BMI1 run as BSF.
 *
 * Source: Intel SDM volume 2 and AMD APM volume 3 as iced-x86 knows them; derived and compared line by line by
 * test/isa/x86/derive-opcode-table.mjs and test/isa/x86/opcode-table.test.ts.
 */
export const opcodeTable: string = \`
${lines.join('\n')}
\`
`)
