import type { Architecture, CapabilityKind, Requirement } from '../../core/requirement.ts'
import { parseArchitecture } from '../../core/requirement.ts'
import { baselineFeatures, cpuModels, canonicalFeature } from '../../core/cpu-models.ts'
import { newestDistributionWithGlibc } from '../data/distributions.ts'
import { freebsdLibraries, glibcLibraries, muslLibraries } from '../data/libc-libraries.ts'
import { nodeArchitectureName } from '../target.ts'
import type { Target } from '../target.ts'
import { compareVersions } from '../../core/compare-versions.ts'
import type { Check } from './outcome.ts'
import { met, shorten, unknown, unmet, witness } from './outcome.ts'

type NativeKind = Extract<
  CapabilityKind,
  'architecture' | 'cpu-feature' | 'abi' | 'libc' | 'symbol-version' | 'library' | 'loader' | 'page-size' | 'kernel'
>

const architecture: Check = (requirement, target) => {
  const fact = target.architectures
  const wanted = parseArchitecture(requirement.name)
  if (fact === undefined) {
    return unknown(`is ${requirement.name} code, and the data does not say which machines ${target.id} has`)
  }
  if (wanted !== undefined && fact.value.includes(wanted)) return met(fact)
  if (fact.value.every((name) => name.startsWith('wasm'))) {
    if (wanted !== undefined && wanted.startsWith('wasm')) return met(fact)
    return unmet(
      `is native code for ${requirement.name}, and ${target.title} runs JavaScript and WebAssembly only`,
      'use a WebAssembly build of the package, or a target that runs native code',
      fact,
    )
  }
  if (wanted !== undefined && wanted.startsWith('wasm')) return met(fact) // the engine decides, not the machine
  const offered = fact.value.map(nodeArchitectureName).join(', ')
  return unmet(
    `is built for ${requirement.name}, and ${target.id} runs ${offered}`,
    `build or install it for ${offered}: npm install --cpu=${nodeArchitectureName(fact.value[0] ?? 'x86-64')}, or \`shrink build --arch\``,
    fact,
  )
}

const cpuFeature: Check = (requirement, target, _provided, all) => {
  if (requirement.name === 'unknown-code') return unknown(`needs more of the CPU than is known here: ${requirement.evidence[0]?.text ?? 'not analysed'}`)
  const machine = machineOf(target, all)
  if (machine === undefined) return unknown(`needs the CPU feature ${requirement.name}${witness(requirement)}`)
  const feature = canonicalFeature(requirement.name)
  if (baselineFeatures(machine).has(feature)) return met(target.architectures)
  const model = target.cpu?.[machine]
  if (model === undefined) {
    return unknown(
      `needs the CPU feature ${requirement.name}${witness(requirement)}, which not every ${machine} machine has, and ${target.id} promises no more than that`,
      'check which machines it will run on; build without the feature, or choose it at run time',
    )
  }
  if (cpuModels[model.value]?.features.has(feature) === true) return met(model)
  return unmet(
    `needs the CPU feature ${requirement.name}${witness(requirement)}, and ${target.id} promises a ${model.value}, which does not have it`,
    machine === 'x86-64'
      ? 'build with -march=x86-64-v2 or lower, or choose the code at run time'
      : 'build for the base architecture, or choose the code at run time',
    model,
  )
}

/** Properties that belong to the machine's own calling standard, so that the architecture decides them. */
const fixedAbi: Readonly<Record<string, Readonly<Partial<Record<Architecture, string>>>>> = {
  'byte-order': {
    'x86-64': 'little',
    aarch64: 'little',
    riscv64: 'little',
    s390x: 'big',
    ppc64le: 'little',
    ppc64: 'big',
  },
  'float-abi': { arm: 'hard', riscv64: 'double' },
  // x32: kernels of distributions are built without it.
  'data-model': { 'x86-64': 'lp64' },
}

const abi: Check = (requirement, target, _provided, all) => {
  const machine = machineOf(target, all)
  const version = requirement.version
  const fixed = machine === undefined ? undefined : fixedAbi[requirement.name]?.[machine]
  if (version === undefined || fixed === undefined) return met()
  if (version === fixed || (machine !== undefined && compatibleAbi(requirement.name, version)))
    return met(target.architectures)
  return unmet(
    `uses the ${version} ${requirement.name}, and Linux distributions for ${machine} use ${fixed}`,
    'build it with the distribution’s own compiler settings',
    target.architectures,
  )
}

/** Soft-float calls without floating-point arguments, as Go makes them in static programs, work beside hard-float. */
function compatibleAbi(name: string, version: string): boolean {
  return name === 'float-abi' && (version === 'any' || version === 'none')
}

const libc: Check = (requirement, target) => {
  const fact = target.libc
  const version = requirement.version
  if (fact === undefined) {
    return unknown(
      `needs ${requirement.name}${version === undefined ? '' : ` ${version}`}, and the data does not say which C library ${target.id} has`,
    )
  }
  const has = fact.value
  if (requirement.name !== has.name) {
    return unmet(
      `is built for ${requirement.name}, and ${target.id} has ${has.name}`,
      requirement.name === 'glibc'
        ? 'use the package’s musl build, link statically, or deploy to a glibc distribution'
        : 'use the package’s glibc build, or link statically',
      fact,
    )
  }
  if (version === undefined) return met(fact)
  if (has.version === undefined)
    return unknown(`needs ${requirement.name} ${version}, and the data gives no version`, undefined, fact)
  if (compareVersions(version, has.version) <= 0) return met(fact)
  return unmet(glibcMessage(requirement, has.name, has.version), libcHint(requirement.name, has.version), fact)
}

function glibcMessage(requirement: Requirement, name: string, has: string): string {
  const version = (requirement.version ?? '').replace(/^GLIBC_/i, '')
  const wanted = name === 'glibc' ? `GLIBC_${version}` : `${name} ${version}`
  return `needs ${wanted}${symbolWitness(requirement)}, the target has ${has}`
}

/** The symbol that asks for it, when the evidence names one. */
function symbolWitness(requirement: Requirement): string {
  const text = requirement.evidence[0]?.text
  if (text === undefined) return ''
  const symbol = /^([A-Za-z_$][\w$.]*)@{1,2}\S+$/.exec(text)?.[1]
  return symbol === undefined ? ` (${shorten(text)})` : ` (symbol ${shorten(symbol)})`
}

function libcHint(name: string, has: string): string {
  if (name !== 'glibc') return `build on a distribution with musl ${has} or older, or link statically`
  const distribution = newestDistributionWithGlibc(has)
  const build =
    distribution === undefined
      ? `build where glibc is ${has} or older`
      : `build on ${distribution.title} (glibc ${distribution.glibc})`
  return `${build} or link musl statically`
}

const symbolVersion: Check = (requirement, target) => {
  const fact = target.symbolVersions?.[requirement.name]
  const version = requirement.version
  if (version === undefined) return met(fact)
  if (fact === undefined) {
    return unknown(
      `needs ${requirement.name}_${version}${symbolWitness(requirement)}, and the data does not say what ${target.id} has`,
    )
  }
  if (compareVersions(version, fact.value) <= 0) return met(fact)
  return unmet(
    `needs ${requirement.name}_${version}${symbolWitness(requirement)}, the target has ${fact.value}`,
    'link with -static-libstdc++ -static-libgcc, or build with an older GCC',
    fact,
  )
}

const library: Check = (requirement, target, provided) => {
  const name = requirement.name
  if (provided.libraries?.has(name) === true) return met()
  const has = target.libc?.value.name
  if (has === 'glibc' && glibcLibraries.test(name)) return met(target.libc)
  if (has === 'musl' && muslLibraries.test(name)) return met(target.libc)
  if (has === 'musl' && /^libc\.so\.6$|^ld-linux/.test(name)) {
    return unmet(`needs ${name} of glibc, and ${target.id} has musl`, 'use the package’s musl build', target.libc)
  }
  if (has === 'glibc' && /^libc\.musl-|^ld-musl-/.test(name)) {
    return unmet(`needs ${name} of musl, and ${target.id} has glibc`, 'use the package’s glibc build', target.libc)
  }
  if (has !== undefined && freebsdLibraries.test(name)) {
    return unmet(`needs ${name} of FreeBSD, and ${target.id} is Linux`, 'use the package’s Linux build', target.libc)
  }
  const fact = target.libraries
  if (fact?.value.includes(name) === true) return met(fact)
  const message = `needs the library ${name}, which is not in the tree`
  const hint = `ship ${name} beside it (with an $ORIGIN run path), or link it statically`
  return target.librariesComplete === true && fact !== undefined
    ? unmet(`${message}, and ${target.id} does not have it`, hint, fact)
    : unknown(`${message}; whether ${target.id} has it is not known`, hint)
}

const loader: Check = (requirement, target) => {
  const musl = /\/ld-musl-/.test(requirement.name)
  const fact = target.libc
  if (fact === undefined)
    return unknown(`is started by ${requirement.name}, and the data does not say which C library ${target.id} has`)
  if (/^\/nix\/store\/|^\/home\/|^\/tmp\//.test(requirement.name)) {
    return unmet(
      `is started by ${requirement.name}, a path of the machine it was built on`,
      'build it outside Nix, or set the interpreter to the standard path (patchelf --set-interpreter)',
      fact,
    )
  }
  if (musl === (fact.value.name === 'musl')) return met(fact)
  return unmet(
    `is started by ${requirement.name} of ${musl ? 'musl' : 'glibc'}, and ${target.id} has ${fact.value.name}`,
    musl ? 'use a glibc or a static build' : 'use a musl or a static build',
    fact,
  )
}

const pageSize: Check = (requirement, target) => {
  const fact = target.pageSize
  const largest = requirement.value ?? Number(requirement.name)
  if (fact === undefined || !Number.isFinite(largest)) return met()
  if (fact.value <= largest) return met(fact)
  return unmet(
    `runs on pages of at most ${largest} bytes, and ${target.id} uses ${fact.value}`,
    `link with -Wl,-z,max-page-size=${Math.max(fact.value, 65536)}`,
    fact,
  )
}

const kernel: Check = (requirement, target) => {
  const fact = target.kernel
  if (requirement.version === undefined) return met(fact)
  if (fact === undefined) {
    // Every distribution that is still maintained has a newer kernel than this.
    if (compareVersions(requirement.version, '4.14') <= 0) return met()
    return unknown(
      `needs Linux ${requirement.version}${witness(requirement)}, and the data does not say which kernel ${target.id} has`,
    )
  }
  if (compareVersions(requirement.version, fact.value) <= 0) return met(fact)
  return unmet(
    `needs Linux ${requirement.version}${witness(requirement)}, the target has ${fact.value}`,
    undefined,
    fact,
  )
}

/** The machine in question: the artifact's own, or the only one that the target has. */
function machineOf(target: Target, all: readonly Requirement[]): Architecture | undefined {
  const own = all.find((requirement) => requirement.kind === 'architecture')
  if (own !== undefined) return parseArchitecture(own.name)
  return target.architectures?.value.length === 1 ? target.architectures.value[0] : undefined
}

export const nativeChecks: Readonly<Record<NativeKind, Check>> = {
  architecture,
  'cpu-feature': cpuFeature,
  abi,
  libc,
  'symbol-version': symbolVersion,
  library,
  loader,
  'page-size': pageSize,
  kernel,
}
