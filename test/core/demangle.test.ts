import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { demangle } from '../../src/core/demangle/demangle.ts'

/** Expected texts are those of llvm-cxxfilt and c++filt, without result types and hashes. */
const cases: readonly (readonly [string, string])[] = [
  ['malloc', 'malloc'],
  ['_ZN4core3ptr13drop_in_place17h0123456789abcdefE', 'core::ptr::drop_in_place'],
  ['_ZN4core3ptr13drop_in_place17h0123456789abcdefE.llvm.42', 'core::ptr::drop_in_place'],
  [
    '_ZN71_$LT$serde_wasm_bindgen..error..Error$u20$as$u20$core..fmt..Display$GT$3fmt17h9e8ff282ccbf22ffE',
    '<serde_wasm_bindgen::error::Error as core::fmt::Display>::fmt',
  ],
  ['_RNvXsK_NtCs2PvXPppVTnW_4core3fmtNtB5_5ErrorNtB5_5Debug3fmt', '<core::fmt::Error as core::fmt::Debug>::fmt'],
  [
    '_RINvNtCs2PvXPppVTnW_4core3ptr9drop_glueNtNtCs2eAMCBMofD5_5alloc6string6StringECs2pDhkzgE5Zq_17splicer_component',
    'core::ptr::drop_glue::<alloc::string::String>',
  ],
  ['_RNCNvC1a4main0', 'a::main::{closure#0}'],
  ['_ZN4llvm6detail13DoubleAPFloat7convertERKNS_6APSIntE', 'llvm::detail::DoubleAPFloat::convert(llvm::APSInt const&)'],
  ['_ZNKSs13find_first_ofEPKcm', 'std::string::find_first_of(char const*, unsigned long) const'],
  ['_ZNSt6vectorIiSaIiEE9push_backERKi', 'std::vector<int, std::allocator<int> >::push_back(int const&)'],
  ['_ZN3FooC2Ev', 'Foo::Foo()'],
  ['_ZN3FooD1Ev', 'Foo::~Foo()'],
  ['_ZN3FoocvbEv', 'Foo::operator bool()'],
  ['_ZTV3Foo', 'vtable for Foo'],
  ['_ZThn16_N3Foo3barEv', 'non-virtual thunk to Foo::bar()'],
  ['_Z3fooPFviEPA3_i', 'foo(void (*)(int), int (*) [3])'],
  ['_ZN12_GLOBAL__N_13fooEv', '(anonymous namespace)::foo()'],
  ['_ZZ4mainENKUlvE_clEv', 'main::{lambda()#1}::operator()() const'],
  ['_ZN4llvm10make_errorINS_11StringErrorEJiSt10error_codeEEENS_5ErrorEDpOT0_', 'llvm::make_error<llvm::StringError, int, std::error_code>(int&&, std::error_code&&)'],
]

describe('demangle', () => {
  test.each(cases)('%s', (name, expected) => {
    expect(demangle(name).replaceAll(' (*) [', ' (*)[')).toBe(expected.replaceAll(' (*) [', ' (*)['))
  })

  test('whatever does not follow a scheme stays as it is', () => {
    for (const name of ['_Z', '_ZN', '_ZNE', '_R', '_RNvC', '_ZN9shortE', '_ZIX', '$s4Main3fooyyF', '_RB_', '_Z1fS_S0_']) {
      expect(demangle(name)).toBe(name)
    }
  })

  test('no input throws, and substitutions do not explode', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'_ZNRCIETSsLKPRFAMvija0123_fooXYBDpO'.split('')), maxLength: 60 }), (text) => {
        expect(demangle(`_Z${text}`).length).toBeLessThan(20_000)
        expect(demangle(`_R${text}`).length).toBeLessThan(20_000)
      }),
      { numRuns: 3000 },
    )
    // Each level doubles what the one before it stands for.
    let bomb = '_Z1fN1aE'
    for (let level = 0; level < 30; level++) bomb += `1bI${level === 0 ? 'S_S_' : `S${(level - 1).toString(36).toUpperCase()}_S${(level - 1).toString(36).toUpperCase()}_`}E`
    expect(demangle(bomb).length).toBeLessThan(20_000)
  })
})
