import type { PinnedPackage } from './packages.ts'

/** ELF files as npm packages ship them: ten machines, C++, Rust and Go, glibc and musl. About 900 MB unpacked. */
export const elfPackages: readonly PinnedPackage[] = [
  {
    name: '@cloudflare/workerd-linux-64',
    version: '1.20261117.1',
    integrity:
      'sha512-gZLA8X11m/luZwn+YA3+mDu61vdxNJzpksP/QZqjydKTQ+VUCulsK5gtn9Bqst1p3KJu2kafQpJ1nDQv4B23jA==',
  },
  {
    name: '@cloudflare/workerd-linux-arm64',
    version: '1.20261117.1',
    integrity:
      'sha512-gxWngFojq41ULKNKb9rpWYvKotN5hT2I/xot+Bpy31cXzrwcTgtDLSMb2t75sW5BJxH7hihFvikgYb577kB3Zg==',
  },
  {
    name: '@duckdb/node-bindings-linux-x64',
    version: '1.5.6-r.1',
    integrity:
      'sha512-IXcrZJE6kEqM0Z4wwdVnGBHX/frOS33VPNAwDXQ/Q+Fs84b058Qe94chrCCIcNJlG8Y3UHIUU4eBeCQxW5mN1Q==',
  },
  {
    name: '@esbuild/linux-arm',
    version: '0.28.2',
    integrity:
      'sha512-XlDnu2q5yoqems+xay6wSAcg9DDD7K9RLKZEBOMZm3ckNpJBvOX20tSfby8KfrrhINDyv9V2YVZKY/SpoGJI8w==',
  },
  {
    name: '@esbuild/linux-arm64',
    version: '0.28.2',
    integrity:
      'sha512-pW4AC0P3it8c7do9MVM4p51FzHzdM/TZrerurgRcHJ2WTa1VQ1CIq18xncfpBJw4ojkiZZrKW2yIBWBP92j6Ug==',
  },
  {
    name: '@esbuild/linux-ia32',
    version: '0.28.2',
    integrity:
      'sha512-CYbnj78HsIeA+DhgUKgFCfvNsTHFhMMrinUrMZpDXJXKN8T3XViTZ/+wtHeVxEWY8ewSzTFN+nRmSwO2tZaLUQ==',
  },
  {
    name: '@esbuild/linux-loong64',
    version: '0.28.2',
    integrity:
      'sha512-buwkd8nsph4R+ajRvw0qM5Hja/TXQow3ptzWO2EbG/cqcIkHloRrdlBtQlshyYGTNFvfkfJ5tpPLVkY4DtsPfQ==',
  },
  {
    name: '@esbuild/linux-mips64el',
    version: '0.28.2',
    integrity:
      'sha512-ZVykbDyk7519VwiNb9Lcj9m8XM6v5V9uKPvrEMkkEedVewf+0itkhahp4HDpgERXhwLRpWFypsGbG/J8s0QjJA==',
  },
  {
    name: '@esbuild/linux-ppc64',
    version: '0.28.2',
    integrity:
      'sha512-CAXl+Dtd9UUuJd8pKKdwh6MLm3MUMiqMPmhZ3tTSXPqfyQ3vDl6R5hZdZ/kYojK4ofXtdfSv1tFq8XzWx3heNQ==',
  },
  {
    name: '@esbuild/linux-riscv64',
    version: '0.28.2',
    integrity:
      'sha512-GeXCej4IQtU1B+QlDV8W/RRvbzI3O/Stss+/bCXv4lZls5WGRtu2a+3JkA3i4qIUlMXpcHebWpF8AkJhATowuA==',
  },
  {
    name: '@esbuild/linux-s390x',
    version: '0.28.2',
    integrity:
      'sha512-3H1weTYZPxt/WOhByszQZybS9w5lKzUn1FDMsgEChbHWQwHYQQRfBxgCcZvPhjHfKyJjIievvMmEUawJrdY9Dg==',
  },
  {
    name: '@esbuild/linux-x64',
    version: '0.28.2',
    integrity:
      'sha512-4xTZr1FUmSoQW4XIWmit3tzQrUTZM+N3P0XV8xROKYF50XfI7xeO90+1bZvNwxIufQ9hDQVRJH5YhgPVF8A/HQ==',
  },
  {
    name: '@img/sharp-libvips-linux-arm',
    version: '1.3.4',
    integrity:
      'sha512-LmRtTsOHuvM2+wlO2Db37dx5MiZhB0FvSunciw48YjdOkZz9KAiRbm8ujeMOA1INqmei5NapFxYEK1D1ZSidmw==',
  },
  {
    name: '@img/sharp-libvips-linux-arm64',
    version: '1.3.4',
    integrity:
      'sha512-Y3dgX/6lE2QhQb+Gxy0WZxfg9MEm/JBjamZpS2IklP7xIQoKN4hzAm7KcMVGtaVDt3neE9OKBC7vAfonA/Lr1A==',
  },
  {
    name: '@img/sharp-libvips-linux-riscv64',
    version: '1.3.4',
    integrity:
      'sha512-aHkkIEHPRdQEegJN20MLmGtxYD9R2wQr3Cwpddnu5+YKMt6Uzax7S9h5gpZTo8wyrGuZSlfQ63OevL5mTyOC7Q==',
  },
  {
    name: '@img/sharp-libvips-linux-s390x',
    version: '1.3.4',
    integrity:
      'sha512-ra/mB6MikESDUO7Yg+Mi95bFBb9GsObURuhnOv3OqknjGe9sZrG8tCe9q0xSIGrtLgvgw0gKnFWcK4blSgQOuQ==',
  },
  {
    name: '@img/sharp-libvips-linux-x64',
    version: '1.3.4',
    integrity:
      'sha512-GJ//SSXbnwSDes02umB3nDJLFcQzw8a18V8fyhqr6tV515tOEMdImjjxj1AoafMRz56F3PHgftnj1QEKSU1zkw==',
  },
  {
    name: '@img/sharp-libvips-linuxmusl-x64',
    version: '1.3.4',
    integrity:
      'sha512-6zXKeE/p39I1AmA3cJG35eyBGNqNddLnUXjhwBnsGjFPWqf5VKkDBEqaEkPDoTEtkxwi2vv8Tcr2mDyP4So7Fg==',
  },
  {
    name: '@img/sharp-linux-arm64',
    version: '0.35.5',
    integrity:
      'sha512-LYVx5JTsOM2CBzmxreh+nl64/3H6Xb09iSLknqH47z2T2DFFxDeFLP5y4dJwe6H7uGQlHPyEEtIqyo3DYsRwdQ==',
  },
  {
    name: '@img/sharp-linux-riscv64',
    version: '0.35.5',
    integrity:
      'sha512-LtdreXguaavKODPIfzJ4kffx7UNt1omwtK0rch4EBbbSTXPnxWmYSayXdLJw0fJzQ97kHt1gL/yh4tvU+nCyRQ==',
  },
  {
    name: '@img/sharp-linux-x64',
    version: '0.35.5',
    integrity:
      'sha512-SxFtLTeJInhAA9Q836kux2vZNeOBQEx658qvbboZScr0wIARym3IcGmW7KpVD5sbVg0Ojy+udFQdayYIZyoNog==',
  },
  {
    name: '@node-rs/argon2-linux-arm64-gnu',
    version: '2.2.1',
    integrity:
      'sha512-1R1K1+9LC60sE24VFfu0+DvurMzZMgPMHODCr2b4aUSeB4ST5DgMHqy6nKMyxh3FDjy/xib6g/Ew0+B5O7nPHg==',
  },
  {
    name: '@node-rs/argon2-linux-x64-gnu',
    version: '2.2.1',
    integrity:
      'sha512-PIbG2WrqB84k2sdirnSXigFJvAemw0JkzZ/hOg6I9tO2GvhlY4P4z0NgmoRm7iKH+XTMo199src1Upm7RZwRAw==',
  },
  {
    name: '@oven/bun-linux-x64',
    version: '1.4.5',
    integrity:
      'sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==',
  },
  {
    name: '@parcel/watcher-linux-x64-glibc',
    version: '2.6.0',
    integrity:
      'sha512-ulGE6x6Oz6iAwg75T8YQSoguBWasniIbX+QWpaYPcCnDOpdWX3k+4xbEYPZVLxOuoJI+svJJPD3sEj8G7lrQ3A==',
  },
  {
    name: '@rollup/rollup-linux-arm-gnueabihf',
    version: '4.67.4',
    integrity:
      'sha512-L8IvdrJVtl65g1ozwDSyjGPG+FmibhCdFUwmqTItJLw0S3+Oj4QzFs7rfgTUiK7rsPjkCLdG1/GApFxoynXFJQ==',
  },
  {
    name: '@rollup/rollup-linux-arm64-gnu',
    version: '4.68.7',
    integrity:
      'sha512-wrqk3EkxQt98lTdiYhjcaWmFHwvKiSgHFi7XmPTSF4X8+uGUTBOAc0CaynEvpUhBgkPRbwASrYoU/5uJPF+LFA==',
  },
  {
    name: '@rollup/rollup-linux-loong64-gnu',
    version: '4.67.4',
    integrity:
      'sha512-Fvw7dOSc2Sa9UOipRZVI0zOgdLCzsjVyD/6JuHXzUHTXFu7mMgmeX/0/bCVBIut1dz+nWz3pV4WpS/Qg0XVnxw==',
  },
  {
    name: '@rollup/rollup-linux-ppc64-gnu',
    version: '4.67.4',
    integrity:
      'sha512-fhtrzp9p4GjEJVaigaap9g6X9nP6xgJtKiLLXSDgpE18HXufA5aqfltGn+KAqMtVZReJZfOrXm//y5YSA9BWbA==',
  },
  {
    name: '@rollup/rollup-linux-riscv64-gnu',
    version: '4.67.4',
    integrity:
      'sha512-uaqRFdfb8eIa2bVHN/FE3ndCvR0zV2xv0AwjCfxrqSu6l6fp/54VhjfhslKlf2RIik9L1jwlt4E56PeVX6tQtQ==',
  },
  {
    name: '@rollup/rollup-linux-s390x-gnu',
    version: '4.67.4',
    integrity:
      'sha512-rdrh4e+Lq9fCNKoDPaCqeHXbQCe7yl77Ukl45tlSClwYdZ1gpFGZz1XLJdYtY++FRlfL5aHvb6/0n3GDW/Nxsw==',
  },
  {
    name: '@rollup/rollup-linux-x64-gnu',
    version: '4.68.7',
    integrity:
      'sha512-rsTjTf5HAm6F4sI6uUfJf2pc+7AWBKxgc2RveGvwB2OvVa1GezSSCDD1rtXPuFhcg3itPv7iHgcZsq/RwWvJ4Q==',
  },
  {
    name: '@rollup/rollup-linux-x64-musl',
    version: '4.68.2',
    integrity:
      'sha512-5SKVaUiVs18+DGBnpg0mORGxgq/0udczngGxV/vf2nvK1djqpOKIxY/+8rBWxAbWGRE4RnnwxWabDwJN3pCwIQ==',
  },
  {
    name: '@sentry/cli-linux-x64',
    version: '3.8.0',
    integrity:
      'sha512-jMXbyLIuGFW1uuFSByy54edkHPIaiCVyymKW0ia+lgA6nfFEH4Y1Z+bxXyK6BBr8TD6/P5ROqiPivg0oFEDciQ==',
  },
  {
    name: '@swc/core-linux-arm-gnueabihf',
    version: '1.16.18',
    integrity:
      'sha512-SMdhmY1P9Kveh0MRj6vqQF98bsjnDa0lBBvkd/lcpxmjj5QHJOQAU0N3g6h7GPWpBMs3h2g3lHu/QTDn+uMsXg==',
  },
  {
    name: '@swc/core-linux-arm64-gnu',
    version: '1.16.22',
    integrity:
      'sha512-Ic+qrMmV78QdlG9irJuc/37xSqY7+5ZFhg4kaYbF82UQkaEfWgqGSUbU75Y4To21eaBB07c05kbXmTWTrvPURA==',
  },
  {
    name: '@swc/core-linux-x64-gnu',
    version: '1.16.22',
    integrity:
      'sha512-u9hdfNEI3oI/dTRJ+In8G32EgfFpZDvMoI5elIERl6/XfaIzE9gpv4WomhKblAXA1+EYyLfDCS1EFFKQlBXTQQ==',
  },
  {
    name: '@swc/core-linux-x64-musl',
    version: '1.16.22',
    integrity:
      'sha512-C3YVRL717kKSSU8n6HaC7sesFSGnHjRuHN3609Wl4epPYVDDutzD6aj7CMcx9cg3WWJ/oE8woDZ8qrCfzmxvnw==',
  },
  {
    name: '@tailwindcss/oxide-linux-x64-gnu',
    version: '4.3.5',
    integrity:
      'sha512-4uxQvtBvPuIdl13WfUBj9xMZHH14PtHZ8OZdtLmdyDtG66sCa1t599NZT+jagkUzRtWhuul1qRZQ1nAJscXN5g==',
  },
  {
    name: '@typescript/native-preview-linux-x64',
    version: '7.0.0-dev.20260707.2',
    integrity:
      'sha512-du0dzi6y97Po5vDNdPJTyyijHCpaS22JLRnKZEJXBDaO9gCIymOv/5QQokFRuOlQm0bWl3i9PF4OVdGP6uAOQA==',
  },
  {
    name: 'bcrypt',
    version: '6.0.0',
    integrity:
      'sha512-cU8v/EGSrnH+HnxV2z0J7/blxH8gq7Xh2JFT6Aroax7UohdmiJJlxApMxtKfuI7z68NvvVcmR78k2LbT6efhRg==',
  },
  {
    name: 'lightningcss-linux-arm-gnueabihf',
    version: '1.33.0',
    integrity:
      'sha512-N7FVBe6iS24MlM6R/4RBTxGhQheZGs7tiQ9U32UtF75NzP5Q7xWPRqLBCKxlRQRk3rY1jCIPLzx7WzOhuUIRLQ==',
  },
  {
    name: 'lightningcss-linux-arm64-gnu',
    version: '1.33.0',
    integrity:
      'sha512-j2v/itmy4HlNxlc6voKXYgBqNi0Ng2LShg4z7GufpEgs05P+2suBVyi9I6YHq5uoVFx9ETin3eCEhLVyXGQnKg==',
  },
  {
    name: 'lightningcss-linux-x64-gnu',
    version: '1.33.0',
    integrity:
      'sha512-ar+Ju7LmcN0Jo4FpL4hpFybwNG9/3A/Br5KW2n2jyODg3MEZXaDYADdemoNS+BDNfMgKvylJLj4S5tyRActuAg==',
  },
]

/** The pinned package of that name. */
export function elfPackage(name: string): PinnedPackage {
  const found = elfPackages.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`${name} is not in the ELF corpus`)
  return found
}
