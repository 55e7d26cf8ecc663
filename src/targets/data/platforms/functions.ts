import { from } from '../../fact.ts'
import type { Target } from '../../target.ts'
import { systemOf } from '../system.ts'
import { nodeCompiles } from './runtimes.ts'

const memory = from('from memory, not looked up', '2026-11-20', 'unverified')

const vercelLimit = from('https://vercel.com/kb/guide/troubleshooting-function-250mb-limit', '2026-09-10')
const vercelNode = from('https://vercel.com/docs/functions/runtimes/node-js/node-js-versions', '2026-02-27')

function vercel(line: string): Target {
  return {
    id: `vercel-functions/nodejs${line}`,
    title: `Vercel Functions, Node.js ${line}`,
    family: 'functions',
    ...systemOf('amazonlinux-2023', 'unverified'),
    architectures: memory(['x86-64']),
    engine: vercelNode({ name: 'node', version: line }),
    runtimeCompilation: nodeCompiles,
    limits: [{ name: 'unzipped', max: vercelLimit(262_144_000) }],
    notes: ['the documentation names Amazon Linux 2023 as the image of the build; larger functions are in beta'],
  }
}

const gen1Quotas = from('https://docs.cloud.google.com/functions/quotas', '2026-11-20')
const gcpImages = from(
  'https://docs.cloud.google.com/functions/1stgendocs/concepts/execution-environment',
  '2026-11-20',
)

function googleCloud(line: string, distribution: string): Target {
  return {
    id: `gcp-cloud-run-functions/nodejs${line}`,
    title: `Google Cloud Run functions, Node.js ${line}`,
    family: 'functions',
    ...systemOf(distribution),
    architectures: memory(['x86-64']),
    engine: gcpImages({ name: 'node', version: line }),
    runtimeCompilation: nodeCompiles,
    limits: [],
  }
}

const fcLimits = from(
  'https://alibabacloud.com/help/en/functioncompute/fc-3-0/product-overview/limits-of-usage',
  '2026-11-20',
)
const fcRuntimes = from('https://help.aliyun.com/en/document_detail/2717618.html', '2026-11-20')

function alibaba(line: string, distribution: string): Target {
  return {
    id: `alibaba-fc3/nodejs${line}`,
    title: `Alibaba Cloud Function Compute 3.0, Node.js ${line}`,
    family: 'functions',
    ...systemOf(distribution),
    architectures: fcRuntimes(['x86-64']),
    engine: fcRuntimes({ name: 'node', version: line }),
    runtimeCompilation: nodeCompiles,
    limits: [
      { name: 'zip', max: fcLimits(104_857_600), condition: 'uploaded through the API' },
      { name: 'zip-storage', max: fcLimits(524_288_000), condition: 'uploaded through OSS' },
      { name: 'image', max: fcLimits(10_737_418_240), condition: 'container image' },
    ],
  }
}

const tencent = from('https://www.tencentcloud.com/document/product/583/11637', '2025-10-16')
const huawei = from('https://support.huaweicloud.com/intl/en-us/productdesc-functiongraph', '2026-11-20')
const azure = from('Azure Functions stack definitions (one file read)', '2026-11-20')
const netlify = from('reactplay/react-play-web-svc#13 (50 MB); not verified', '2026-11-20', 'unverified')

export const functionPlatforms: readonly Target[] = [
  vercel('24'),
  vercel('22'),
  vercel('20'),
  {
    id: 'netlify-functions',
    title: 'Netlify Functions',
    family: 'functions',
    architectures: netlify(['x86-64']),
    limits: [
      { name: 'zip', max: netlify(52_428_800) },
      { name: 'unzipped', max: netlify(262_144_000) },
    ],
  },
  googleCloud('24', 'ubuntu-24.04'),
  googleCloud('22', 'ubuntu-22.04'),
  {
    id: 'gcp-functions-gen1',
    title: 'Google Cloud Functions, first generation',
    family: 'functions',
    architectures: memory(['x86-64']),
    limits: [
      { name: 'zip', max: gen1Quotas(104_857_600) },
      { name: 'unzipped', max: gen1Quotas(524_288_000) },
    ],
  },
  {
    id: 'azure-functions-flex/node22',
    title: 'Azure Functions, Flex Consumption, Node.js 22',
    family: 'functions',
    operatingSystem: azure('linux'),
    architectures: memory(['x86-64']),
    engine: azure({ name: 'node', version: '22' }),
    runtimeCompilation: nodeCompiles,
    limits: [],
    notes: ['distribution and package limits were not found in the documentation'],
  },
  alibaba('20', 'debian-10'),
  alibaba('18', 'debian-10'),
  alibaba('16', 'debian-9'),
  {
    id: 'tencent-scf',
    title: 'Tencent Cloud SCF',
    family: 'functions',
    limits: [
      { name: 'unzipped', max: tencent(524_288_000), condition: 'function and layers together' },
      { name: 'layers', max: tencent(5) },
    ],
  },
  {
    id: 'huawei-functiongraph',
    title: 'Huawei Cloud FunctionGraph',
    family: 'functions',
    limits: [
      { name: 'unzipped', max: huawei(1_572_864_000) },
      { name: 'zip-storage', max: huawei(314_572_800), condition: 'uploaded through OBS' },
      { name: 'image', max: huawei(10_737_418_240), condition: 'container image' },
    ],
  },
  {
    id: 'fly-machines',
    title: 'Fly Machines',
    family: 'functions',
    architectures: memory(['x86-64']),
    limits: [],
  },
]
