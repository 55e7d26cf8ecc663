/** @throws UsageError for a `--cpu` that no file could be judged by */
export async function refuseUnknownCpu(cpu: string | null): Promise<void> {
  if (cpu === null) return
  const { featuresOfModel } = await import('../formats/elf/cpu/cpu-model.ts')
  featuresOfModel(cpu, 'x86-64')
}
