import { expect, test } from 'vitest'
import { noPackage, packageOf, unnamed } from '../../../src/formats/wasm/names/package-of.ts'

const cases: readonly (readonly [string | undefined, string])[] = [
  [undefined, unnamed],
  ['malloc', noPackage],
  ['_ZN71_$LT$serde_wasm_bindgen..error..Error$u20$as$u20$core..fmt..Display$GT$3fmt17h9e8ff282ccbf22ffE', 'serde_wasm_bindgen'],
  ['_RNvXsK_NtCs2PvXPppVTnW_4core3fmtNtB5_5ErrorNtB5_5Debug3fmt', 'core'],
  ['_ZN4llvm6detail13DoubleAPFloat7convertERKNS_6APSIntE', 'llvm'],
  ['SkSL::Compiler::convert(std::string)', 'SkSL'],
  ['vtable for std::exception', 'std'],
  ['(anonymous namespace)::helper()', '(anonymous namespace)'],
  ['(*go/parser.resolver).walkBody', 'go/parser'],
  ['fmt.Sprintf', 'fmt'],
  ['github.com_evanw_esbuild_internal_js_parser.__parser_.visit', 'github.com_evanw_esbuild_internal_js_parser'],
  ['$s4Main3fooyyF', 'Main'],
  ['$sSS6appendyySSF', 'Swift'],
  ['~lib/rt/itcms/__new', '~lib/rt/itcms'],
  ['assembly/index/add', 'assembly/index'],
]

test.each(cases)('%s', (name, expected) => {
  expect(packageOf(name)).toBe(expected)
})
