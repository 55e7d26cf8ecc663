import type { FeatureId } from '../features.ts'

/** What follows an opcode. The order is part of the tables below only. */
export const immediateKinds = [
  'none',
  'block',
  'label',
  'delegate',
  'labels',
  'tag',
  'function',
  'call-indirect',
  'type',
  'select',
  'try-table',
  'local',
  'global',
  'table',
  'memarg',
  'memory',
  'i32',
  'i64',
  'bytes4',
  'bytes8',
  'bytes16',
  'lane',
  'memarg-lane',
  'heap-type',
  'cast-branch',
  'type-field',
  'type-count',
  'type-type',
  'type-data',
  'type-element',
  'data',
  'element',
  'data-memory',
  'memory-memory',
  'element-table',
  'table-table',
  'ordering',
  'resume',
  'resume-throw',
  'type-tag',
] as const
export type ImmediateKind = (typeof immediateKinds)[number]

/** Number of an immediate kind: index into `immediateKinds`, for the inner loop. */
export const immediate: Readonly<Record<ImmediateKind, number>> = Object.fromEntries(
  immediateKinds.map((kind, index) => [kind, index]),
) as Record<ImmediateKind, number>

/** Opcodes have one number: a single byte is itself, the n-th of a prefix is `page + n`. */
export const opcodePages: Readonly<Record<number, number>> = { 0xfb: 0x100, 0xfc: 0x200, 0xfd: 0x300, 0xfe: 0x500 }
export const opcodeCount = 0x600

export interface Opcode {
  readonly name: string
  readonly immediate: ImmediateKind
  /** `mvp`, or the proposal that brought it. */
  readonly feature: FeatureId | 'mvp'
}

/**
 * One line a run of consecutive opcodes: first opcode (hex, with its page), immediate, feature, names.
 *
 * Core specification 3.0, "Binary Format: Instructions", and the proposals legacy-exceptions, threads,
 * stack-switching, wide-arithmetic, shared-everything-threads.
 */
const table = `
000 none mvp unreachable nop
002 block mvp block loop if
005 none mvp else
006 block exceptions try
007 tag exceptions catch
008 tag exception-tags throw
009 label exceptions rethrow
00a none exceptions-final throw_ref
00b none mvp end
00c label mvp br br_if
00e labels mvp br_table
00f none mvp return
010 function mvp call
011 call-indirect mvp call_indirect
012 function tail-call return_call
013 call-indirect tail-call return_call_indirect
014 type typed-function-references call_ref return_call_ref
018 delegate exceptions delegate
019 none exceptions catch_all
01a none mvp drop select
01c select reference-types select_t
01f try-table exceptions-final try_table
020 local mvp local.get local.set local.tee
023 global mvp global.get global.set
025 table reference-types table.get table.set
028 memarg mvp i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u i32.store i64.store f32.store f64.store i32.store8 i32.store16 i64.store8 i64.store16 i64.store32
03f memory mvp memory.size memory.grow
041 i32 mvp i32.const
042 i64 mvp i64.const
043 bytes4 mvp f32.const
044 bytes8 mvp f64.const
045 none mvp i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u
050 none mvp i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u
05b none mvp f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f64.eq f64.ne f64.lt f64.gt f64.le f64.ge
067 none mvp i32.clz i32.ctz i32.popcnt i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr
079 none mvp i64.clz i64.ctz i64.popcnt i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr
08b none mvp f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign
099 none mvp f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign
0a7 none mvp i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u
0b2 none mvp f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u f32.demote_f64 f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32
0bc none mvp i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64
0c0 none sign-extensions i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s
0d0 heap-type reference-types ref.null
0d1 none reference-types ref.is_null
0d2 function reference-types ref.func
0d3 none gc ref.eq
0d4 none typed-function-references ref.as_non_null
0d5 label typed-function-references br_on_null br_on_non_null
0e0 type stack-switching cont.new
0e1 type-type stack-switching cont.bind
0e2 tag stack-switching suspend
0e3 resume stack-switching resume
0e4 resume-throw stack-switching resume_throw
0e5 resume stack-switching resume_throw_ref
0e6 type-tag stack-switching switch
100 type gc struct.new struct.new_default
102 type-field gc struct.get struct.get_s struct.get_u struct.set
106 type gc array.new array.new_default
108 type-count gc array.new_fixed
109 type-data gc array.new_data
10a type-element gc array.new_elem
10b type gc array.get array.get_s array.get_u array.set
10f none gc array.len
110 type gc array.fill
111 type-type gc array.copy
112 type-data gc array.init_data
113 type-element gc array.init_elem
114 heap-type gc ref.test ref.test_null ref.cast ref.cast_null
118 cast-branch gc br_on_cast br_on_cast_fail
11a none gc any.convert_extern extern.convert_any ref.i31 i31.get_s i31.get_u
200 none saturated-float-to-int i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u
208 data-memory bulk-memory memory.init
209 data bulk-memory data.drop
20a memory-memory bulk-memory-opt memory.copy
20b memory bulk-memory-opt memory.fill
20c element-table bulk-memory table.init
20d element bulk-memory elem.drop
20e table-table bulk-memory table.copy
20f table reference-types table.grow table.size table.fill
213 none wide-arithmetic i64.add128 i64.sub128 i64.mul_wide_s i64.mul_wide_u
300 memarg simd v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s v128.load32x2_u v128.load8_splat v128.load16_splat v128.load32_splat v128.load64_splat v128.store
30c bytes16 simd v128.const i8x16.shuffle
30e none simd i8x16.swizzle i8x16.splat i16x8.splat i32x4.splat i64x2.splat f32x4.splat f64x2.splat
315 lane simd i8x16.extract_lane_s i8x16.extract_lane_u i8x16.replace_lane i16x8.extract_lane_s i16x8.extract_lane_u i16x8.replace_lane i32x4.extract_lane i32x4.replace_lane i64x2.extract_lane i64x2.replace_lane f32x4.extract_lane f32x4.replace_lane f64x2.extract_lane f64x2.replace_lane
323 none simd i8x16.eq i8x16.ne i8x16.lt_s i8x16.lt_u i8x16.gt_s i8x16.gt_u i8x16.le_s i8x16.le_u i8x16.ge_s i8x16.ge_u
32d none simd i16x8.eq i16x8.ne i16x8.lt_s i16x8.lt_u i16x8.gt_s i16x8.gt_u i16x8.le_s i16x8.le_u i16x8.ge_s i16x8.ge_u
337 none simd i32x4.eq i32x4.ne i32x4.lt_s i32x4.lt_u i32x4.gt_s i32x4.gt_u i32x4.le_s i32x4.le_u i32x4.ge_s i32x4.ge_u
341 none simd f32x4.eq f32x4.ne f32x4.lt f32x4.gt f32x4.le f32x4.ge f64x2.eq f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge
34d none simd v128.not v128.and v128.andnot v128.or v128.xor v128.bitselect v128.any_true
354 memarg-lane simd v128.load8_lane v128.load16_lane v128.load32_lane v128.load64_lane v128.store8_lane v128.store16_lane v128.store32_lane v128.store64_lane
35c memarg simd v128.load32_zero v128.load64_zero
35e none simd f32x4.demote_f64x2_zero f64x2.promote_low_f32x4
360 none simd i8x16.abs i8x16.neg i8x16.popcnt i8x16.all_true i8x16.bitmask i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest i8x16.shl i8x16.shr_s i8x16.shr_u i8x16.add i8x16.add_sat_s i8x16.add_sat_u i8x16.sub i8x16.sub_sat_s i8x16.sub_sat_u f64x2.ceil f64x2.floor i8x16.min_s i8x16.min_u i8x16.max_s i8x16.max_u f64x2.trunc i8x16.avgr_u
37c none simd i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u
380 none simd i16x8.abs i16x8.neg i16x8.q15mulr_sat_s i16x8.all_true i16x8.bitmask i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s i16x8.extend_low_i8x16_u i16x8.extend_high_i8x16_u i16x8.shl i16x8.shr_s i16x8.shr_u i16x8.add i16x8.add_sat_s i16x8.add_sat_u i16x8.sub i16x8.sub_sat_s i16x8.sub_sat_u f64x2.nearest i16x8.mul i16x8.min_s i16x8.min_u i16x8.max_s i16x8.max_u
39b none simd i16x8.avgr_u i16x8.extmul_low_i8x16_s i16x8.extmul_high_i8x16_s i16x8.extmul_low_i8x16_u i16x8.extmul_high_i8x16_u
3a0 none simd i32x4.abs i32x4.neg
3a3 none simd i32x4.all_true i32x4.bitmask
3a7 none simd i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s i32x4.extend_low_i16x8_u i32x4.extend_high_i16x8_u i32x4.shl i32x4.shr_s i32x4.shr_u i32x4.add
3b1 none simd i32x4.sub
3b5 none simd i32x4.mul i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u i32x4.dot_i16x8_s
3bc none simd i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s i32x4.extmul_low_i16x8_u i32x4.extmul_high_i16x8_u
3c0 none simd i64x2.abs i64x2.neg
3c3 none simd i64x2.all_true i64x2.bitmask
3c7 none simd i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s i64x2.extend_low_i32x4_u i64x2.extend_high_i32x4_u i64x2.shl i64x2.shr_s i64x2.shr_u i64x2.add
3d1 none simd i64x2.sub
3d5 none simd i64x2.mul i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s i64x2.extmul_low_i32x4_s i64x2.extmul_high_i32x4_s i64x2.extmul_low_i32x4_u i64x2.extmul_high_i32x4_u
3e0 none simd f32x4.abs f32x4.neg
3e3 none simd f32x4.sqrt f32x4.add f32x4.sub f32x4.mul f32x4.div f32x4.min f32x4.max f32x4.pmin f32x4.pmax f64x2.abs f64x2.neg
3ef none simd f64x2.sqrt f64x2.add f64x2.sub f64x2.mul f64x2.div f64x2.min f64x2.max f64x2.pmin f64x2.pmax
3f8 none simd i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u
400 none relaxed-simd i8x16.relaxed_swizzle i32x4.relaxed_trunc_f32x4_s i32x4.relaxed_trunc_f32x4_u i32x4.relaxed_trunc_f64x2_s_zero i32x4.relaxed_trunc_f64x2_u_zero f32x4.relaxed_madd f32x4.relaxed_nmadd f64x2.relaxed_madd f64x2.relaxed_nmadd i8x16.relaxed_laneselect i16x8.relaxed_laneselect i32x4.relaxed_laneselect i64x2.relaxed_laneselect f32x4.relaxed_min f32x4.relaxed_max f64x2.relaxed_min f64x2.relaxed_max i16x8.relaxed_q15mulr_s i16x8.relaxed_dot_i8x16_i7x16_s i32x4.relaxed_dot_i8x16_i7x16_add_s
500 memarg threads memory.atomic.notify memory.atomic.wait32 memory.atomic.wait64
503 ordering threads atomic.fence
504 none shared-everything-threads pause
510 memarg threads i32.atomic.load i64.atomic.load i32.atomic.load8_u i32.atomic.load16_u i64.atomic.load8_u i64.atomic.load16_u i64.atomic.load32_u i32.atomic.store i64.atomic.store i32.atomic.store8 i32.atomic.store16 i64.atomic.store8 i64.atomic.store16 i64.atomic.store32
51e memarg threads i32.atomic.rmw.add i64.atomic.rmw.add i32.atomic.rmw8.add_u i32.atomic.rmw16.add_u i64.atomic.rmw8.add_u i64.atomic.rmw16.add_u i64.atomic.rmw32.add_u
525 memarg threads i32.atomic.rmw.sub i64.atomic.rmw.sub i32.atomic.rmw8.sub_u i32.atomic.rmw16.sub_u i64.atomic.rmw8.sub_u i64.atomic.rmw16.sub_u i64.atomic.rmw32.sub_u
52c memarg threads i32.atomic.rmw.and i64.atomic.rmw.and i32.atomic.rmw8.and_u i32.atomic.rmw16.and_u i64.atomic.rmw8.and_u i64.atomic.rmw16.and_u i64.atomic.rmw32.and_u
533 memarg threads i32.atomic.rmw.or i64.atomic.rmw.or i32.atomic.rmw8.or_u i32.atomic.rmw16.or_u i64.atomic.rmw8.or_u i64.atomic.rmw16.or_u i64.atomic.rmw32.or_u
53a memarg threads i32.atomic.rmw.xor i64.atomic.rmw.xor i32.atomic.rmw8.xor_u i32.atomic.rmw16.xor_u i64.atomic.rmw8.xor_u i64.atomic.rmw16.xor_u i64.atomic.rmw32.xor_u
541 memarg threads i32.atomic.rmw.xchg i64.atomic.rmw.xchg i32.atomic.rmw8.xchg_u i32.atomic.rmw16.xchg_u i64.atomic.rmw8.xchg_u i64.atomic.rmw16.xchg_u i64.atomic.rmw32.xchg_u
548 memarg threads i32.atomic.rmw.cmpxchg i64.atomic.rmw.cmpxchg i32.atomic.rmw8.cmpxchg_u i32.atomic.rmw16.cmpxchg_u i64.atomic.rmw8.cmpxchg_u i64.atomic.rmw16.cmpxchg_u i64.atomic.rmw32.cmpxchg_u
`

/** By opcode number; undefined where no specification assigns one. */
export const opcodes: readonly (Opcode | undefined)[] = parseTable(table)

/** Marks an unassigned opcode in `immediateOf`. */
export const unassigned = 0xff

/** By opcode number: the number of its immediate kind, or `unassigned`. For the inner loop. */
export const immediateOf: Uint8Array = Uint8Array.from(opcodes, (opcode) =>
  opcode === undefined ? unassigned : immediate[opcode.immediate],
)

/** By opcode number: may it stand in a constant expression? */
export const constantOpcodes: Uint8Array = Uint8Array.from(opcodes, (opcode) => (isConstant(opcode?.name) ? 1 : 0))

/** Arithmetic in a constant expression is the extended-const proposal. */
export const extendedConstOpcodes: ReadonlySet<number> = new Set([0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e])

function isConstant(name: string | undefined): boolean {
  return (
    name !== undefined &&
    /^(end|(i32|i64|f32|f64|v128)\.const|global\.get|ref\.(null|func|i31)|i(32|64)\.(add|sub|mul)|struct\.new(_default)?|array\.new(_default|_fixed)?|any\.convert_extern|extern\.convert_any)$/.test(
      name,
    )
  )
}

function parseTable(text: string): readonly (Opcode | undefined)[] {
  const all: (Opcode | undefined)[] = Array.from({ length: opcodeCount }, () => undefined)
  for (const line of text.trim().split('\n')) {
    const [first, kind, feature, ...names] = line.split(' ')
    let number = Number.parseInt(first!, 16)
    for (const name of names) {
      if (all[number] !== undefined) throw new Error(`opcode 0x${number.toString(16)} is listed twice`)
      all[number++] = { name, immediate: kind as ImmediateKind, feature: feature as FeatureId | 'mvp' }
    }
  }
  return all
}
