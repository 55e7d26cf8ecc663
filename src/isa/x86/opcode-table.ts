/**
 * Every opcode behind an escape byte or a vector prefix: which operands follow and which CPUID features it needs.
 *
 *     encoding map prefix opcodes operands features
 *
 * - prefix: the mandatory one (`np`: none; VEX.pp and EVEX.pp alike).
 * - opcodes: hexadecimal bytes and ranges.
 * - operands: `rm`, `none`, each with `+n` immediate bytes.
 * - features: a set joined by `+`, `-` for none, or `selector=set` pairs where forms differ; unlisted forms are invalid.
 *   Selectors: `w1` VEX.W/REX.W, `l2` vector length (0: 128, 1: 256, 2: 512 bits), `reg/6` ModRM.reg with a register
 *   operand, `mem/6` with a memory operand, `/6l2` both, `rmd0` one ModRM byte.
 *
 * `tzcnt` stands for F3 0F BC, which CPUs without BMI1 run as BSF.
 *
 * Source: Intel SDM volume 2 and AMD APM volume 3 as iced-x86 knows them; derived and compared line by line by
 * test/isa/x86/derive-opcode-table.mjs and test/isa/x86/opcode-table.test.ts.
 */
export const opcodeTable: string = `
legacy 0f   np 00,02-03,0d,19-1f,78-79,90-9f,a3,a5,ab,ad,af-b7,b9,bb-c1,ff rm      -
legacy 0f   np 01 rm      mem/0=- mem/1=- mem/2=- mem/3=- mem/4=- mem/6=- mem/7=- rmc0=- rmc1=- rmc2=- rmc3=- rmc4=- rmc5=pconfig rmc6=- rmc7=tse rmc8=- rmc9=- rmca=- rmcb=- rmcf=sgx1 rmd0=xsave rmd1=xsave rmd4=- rmd5=rtm rmd6=rtm rmd7=sgx1 rmd8=svm rmd9=svm rmda=svm rmdb=svm rmdc=svm rmdd=svm rmde=svm rmdf=svm rme0=- rme1=- rme2=- rme3=- rme4=- rme5=- rme6=- rme7=- rme8=serialize rmee=pku rmef=pku rmf0=- rmf1=- rmf2=- rmf3=- rmf4=- rmf5=- rmf6=- rmf7=- rmf8=- rmf9=rdtscp rmfa=monitorx rmfb=monitorx rmfc=clzero rmfd=rdpru rmfe=invlpgb rmff=invlpgb
legacy 0f   np 05-09,0b,30-35,a0-a2,a8-aa,c8-cf none    -
legacy 0f   np 0e none    d3now
legacy 0f   np 10-17,28-2f,50-59,5c-5f,d7,da,de,e0,e3-e4,e7,ea,ee,f6-f7 rm      sse
legacy 0f   np 18 rm      mem/0=sse mem/1=sse mem/2=sse mem/3=sse mem/4=- mem/5=- mem/6=- mem/7=- reg/0=- reg/1=- reg/2=- reg/3=- reg/4=- reg/5=- reg/6=- reg/7=-
legacy 0f   np 20-23 none+1  -
legacy 0f   np 37 none    smx
legacy 0f   np 40-4f rm      cmov
legacy 0f   np 5a-5b,c3,f4,fb rm      sse2
legacy 0f   np 60-6b,6e-6f,74-76,7e-7f,d1-d5,d8-d9,db-dd,df,e1-e2,e5,e8-e9,eb-ed,ef,f1-f3,f5,f8-fa,fc-fe rm      mmx
legacy 0f   np 70,c2,c4-c6 rm+1    sse
legacy 0f   np 71-73 rm+1    mmx
legacy 0f   np 77 none    mmx
legacy 0f   np 80-8f none+4  -
legacy 0f   np a4,ac,ba rm+1    -
legacy 0f   np a7 rm      padlock_rng
legacy 0f   np ae rm      mem/0=fxsr mem/1=fxsr mem/2=sse mem/3=sse mem/4=xsave mem/5=xsave mem/6=xsaveopt mem/7=- reg/5=sse2 reg/6=sse2 reg/7=sse
legacy 0f   np c7 rm      w0mem/1=cx8 w0mem/3=xsaves w0mem/4=xsavec w0mem/5=xsaves w0mem/6=- w0mem/7=- w0reg/6=rdrand w0reg/7=rdseed w1mem/1=cmpxchg16b w1mem/3=xsaves w1mem/4=xsavec w1mem/5=xsaves w1mem/6=- w1mem/7=- w1reg/6=rdrand w1reg/7=rdseed
legacy 0f   66 00,02-03,0d,19-1f,90-9f,a3,a5,ab,ad,af-b7,b9,bb-c1,ff rm      -
legacy 0f   66 01 rm      mem/0=- mem/1=- mem/2=- mem/3=- mem/4=- mem/6=- mem/7=- rmcc=tdx rmcd=tdx rmce=tdx rmcf=tdx rmd8=svm rmd9=svm rmda=svm rmdb=svm rmdc=svm rmdd=svm rmde=svm rmdf=svm rme0=- rme1=- rme2=- rme3=- rme4=- rme5=- rme6=- rme7=- rmf0=- rmf1=- rmf2=- rmf3=- rmf4=- rmf5=- rmf6=- rmf7=- rmf8=- rmf9=rdtscp rmfc=clzero
legacy 0f   66 05-09,0b,30-35,a0-a2,a8-aa,c8-cf none    -
legacy 0f   66 0e none    d3now
legacy 0f   66 10-17,28-2f,50-51,54-6f,74-76,7e-7f,d1-ef,f1-fe rm      sse2
legacy 0f   66 18 rm      mem/0=sse mem/1=sse mem/2=sse mem/3=sse mem/4=- mem/5=- mem/6=- mem/7=- reg/0=- reg/1=- reg/2=- reg/3=- reg/4=- reg/5=- reg/6=- reg/7=-
legacy 0f   66 20-23 none+1  -
legacy 0f   66 40-4f rm      cmov
legacy 0f   66 70-73,c2,c4-c6 rm+1    sse2
legacy 0f   66 78 rm+2    sse4a
legacy 0f   66 79 rm      sse4a
legacy 0f   66 7c-7d,d0 rm      sse3
legacy 0f   66 80-8f none+4  -
legacy 0f   66 a4,ac,ba rm+1    -
legacy 0f   66 a7 rm      padlock_rng
legacy 0f   66 ae rm      mem/6=clwb mem/7=clflushopt reg/6=waitpkg
legacy 0f   66 c7 rm      w0mem/1=cx8 w0mem/6=- w0reg/6=rdrand w0reg/7=rdseed w1mem/1=cmpxchg16b w1mem/6=- w1reg/6=rdrand w1reg/7=rdseed
legacy 0f   f3 00,02-03,0d,19-1f,90-9f,a3,a5,ab,ad,af-b7,b9,bb,be-c1,ff rm      -
legacy 0f   f3 01 rm      mem/0=- mem/1=- mem/2=- mem/3=- mem/4=- mem/5=- mem/6=- mem/7=- rmc6=- rmca=- rmd8=svm rmd9=sev_es rmda=svm rmdb=svm rmdc=svm rmdd=svm rmde=svm rmdf=svm rme0=- rme1=- rme2=- rme3=- rme4=- rme5=- rme6=- rme7=- rme8=- rmea=- rmec=uintr rmed=uintr rmee=uintr rmef=uintr rmf0=- rmf1=- rmf2=- rmf3=- rmf4=- rmf5=- rmf6=- rmf7=- rmf8=- rmf9=rdtscp rmfa=mcommit rmfc=clzero rmfd=rmpquery rmfe=sev_snp rmff=sev_snp
legacy 0f   f3 05-09,0b,30-35,a0-a2,a8-aa,c8-cf none    -
legacy 0f   f3 0e none    d3now
legacy 0f   f3 10-11,2a,2c-2d,51-53,58-59,5c-5f rm      sse
legacy 0f   f3 12,16 rm      sse3
legacy 0f   f3 18 rm      mem/0=sse mem/1=sse mem/2=sse mem/3=sse mem/4=- mem/5=- mem/6=- mem/7=- reg/0=- reg/1=- reg/2=- reg/3=- reg/4=- reg/5=- reg/6=- reg/7=-
legacy 0f   f3 20-23 none+1  -
legacy 0f   f3 2b rm      sse4a
legacy 0f   f3 40-4f rm      cmov
legacy 0f   f3 5a-5b,6f,7e-7f,d6,e6 rm      sse2
legacy 0f   f3 70 rm+1    sse2
legacy 0f   f3 80-8f none+4  -
legacy 0f   f3 a4,ac,ba rm+1    -
legacy 0f   f3 a6 rm      reg/0=padlock_pmm reg/1=padlock_phe reg/2=padlock_phe reg/3=padlock_phe reg/4=padlock_phe reg/5=padlock_gmi reg/6=padlock_undoc reg/7=padlock_undoc
legacy 0f   f3 a7 rm      reg/0=padlock_rng reg/1=padlock_ace reg/2=padlock_ace reg/3=padlock_ace reg/4=padlock_ace reg/5=padlock_ace reg/6=padlock_gmi reg/7=padlock_rng
legacy 0f   f3 ae rm      mem/4=ptwrite mem/6=- reg/0=fsgsbase reg/1=fsgsbase reg/2=fsgsbase reg/3=fsgsbase reg/4=ptwrite reg/5=- reg/6=waitpkg
legacy 0f   f3 b8 rm      popcnt
legacy 0f   f3 bc rm      tzcnt
legacy 0f   f3 bd rm      lzcnt
legacy 0f   f3 c2 rm+1    sse
legacy 0f   f3 c7 rm      w0mem/1=cx8 w0mem/6=- w0reg/6=uintr w0reg/7=rdpid w1mem/1=cmpxchg16b w1mem/6=- w1reg/6=uintr w1reg/7=rdpid
legacy 0f   f2 00,02-03,0d,19-1f,90-9f,a3,a5,ab,ad,af-b7,b9,bb-c1,ff rm      -
legacy 0f   f2 01 rm      mem/0=- mem/1=- mem/2=- mem/3=- mem/4=- mem/6=- mem/7=- rmc6=- rmca=- rmd8=svm rmd9=sev_es rmda=svm rmdb=svm rmdc=svm rmdd=svm rmde=svm rmdf=svm rme0=- rme1=- rme2=- rme3=- rme4=- rme5=- rme6=- rme7=- rme8=tsxldtrk rme9=tsxldtrk rmf0=- rmf1=- rmf2=- rmf3=- rmf4=- rmf5=- rmf6=- rmf7=- rmf8=- rmf9=rdtscp rmfc=clzero rmfe=sev_snp rmff=sev_snp
legacy 0f   f2 05-09,0b,30-35,a0-a2,a8-aa,c8-cf none    -
legacy 0f   f2 0e none    d3now
legacy 0f   f2 10-11,2a,2c-2d,51,58-5a,5c-5f,d6,e6 rm      sse2
legacy 0f   f2 12,7c-7d,d0,f0 rm      sse3
legacy 0f   f2 18 rm      mem/0=sse mem/1=sse mem/2=sse mem/3=sse mem/4=- mem/5=- mem/6=- mem/7=- reg/0=- reg/1=- reg/2=- reg/3=- reg/4=- reg/5=- reg/6=- reg/7=-
legacy 0f   f2 20-23 none+1  -
legacy 0f   f2 2b,79 rm      sse4a
legacy 0f   f2 40-4f rm      cmov
legacy 0f   f2 70,c2 rm+1    sse2
legacy 0f   f2 78 rm+2    sse4a
legacy 0f   f2 80-8f none+4  -
legacy 0f   f2 a4,ac,ba rm+1    -
legacy 0f   f2 a7 rm      padlock_rng
legacy 0f   f2 ae rm      waitpkg
legacy 0f   f2 c7 rm      w0=cx8 w1=cmpxchg16b
legacy 0f38 np 00-0b,1c-1e rm      ssse3
legacy 0f38 np c8-cd rm      sha
legacy 0f38 np f0-f1 rm      movbe
legacy 0f38 np f6 rm      -
legacy 0f38 np f9 rm      movdiri
legacy 0f38 np fc rm      rao_int
legacy 0f38 66 00-0b,1c-1e rm      ssse3
legacy 0f38 66 10,14-15,17,20-25,28-2b,30-35,38-41 rm      sse4_1
legacy 0f38 66 37 rm      sse4_2
legacy 0f38 66 80-81,f5 rm      -
legacy 0f38 66 82 rm      invpcid
legacy 0f38 66 cf rm      gfni
legacy 0f38 66 db-df rm      aes
legacy 0f38 66 f0-f1 rm      movbe
legacy 0f38 66 f6 rm      adx
legacy 0f38 66 f8 rm      movdir64b
legacy 0f38 66 fc rm      rao_int
legacy 0f38 f3 d8 rm      aeskle+wide_kl
legacy 0f38 f3 dc rm      mem=aeskle reg=kl
legacy 0f38 f3 dd-df,fa-fb rm      aeskle
legacy 0f38 f3 f6 rm      adx
legacy 0f38 f3 f8 rm      enqcmd
legacy 0f38 f3 fc rm      rao_int
legacy 0f38 f2 f0-f1 rm      sse4_2
legacy 0f38 f2 f8 rm      enqcmd
legacy 0f38 f2 fc rm      rao_int
legacy 0f3a np 0f rm+1    ssse3
legacy 0f3a np cc rm+1    sha
legacy 0f3a 66 08-0e,14-17,20-22,40-42 rm+1    sse4_1
legacy 0f3a 66 0f rm+1    ssse3
legacy 0f3a 66 44 rm+1    pclmulqdq
legacy 0f3a 66 60-63 rm+1    sse4_2
legacy 0f3a 66 ce-cf rm+1    gfni
legacy 0f3a 66 df rm+1    aes
legacy 0f3a f3 f0 rm+1    -
vex    0f   np 10-17,28-29,2b,2e-2f,50-5f,ae rm      avx
vex    0f   np 41-42,44-47,90-91,98 rm      w0=avx512f w1=avx512bw
vex    0f   np 4a,99 rm      w0=avx512dq w1=avx512bw
vex    0f   np 4b rm      avx512bw
vex    0f   np 77 none    avx
vex    0f   np 92-93 rm      avx512f
vex    0f   np c2,c6 rm+1    avx
vex    0f   66 10-17,28-29,2b,2e-2f,50-51,54-5f,6e-6f,7c-7f,d0,d6,e6-e7,f7 rm      avx
vex    0f   66 41-42,44-47,4a,90-91,98-99 rm      w0=avx512dq w1=avx512bw
vex    0f   66 4b rm      avx512f
vex    0f   66 60-6d,74-76,d1-d5,d7-e5,e8-ef,f1-f6,f8-fe rm      l0=avx l1=avx2
vex    0f   66 70-73 rm+1    l0=avx l1=avx2
vex    0f   66 92-93 rm      avx512dq
vex    0f   66 c2,c4-c6 rm+1    avx
vex    0f   f3 10-12,16,2a,2c-2d,51-53,58-5f,6f,7e-7f,e6 rm      avx
vex    0f   f3 70 rm+1    l0=avx l1=avx2
vex    0f   f3 c2 rm+1    avx
vex    0f   f2 10-12,2a,2c-2d,51,58-5a,5c-5f,7c-7d,d0,e6,f0 rm      avx
vex    0f   f2 70 rm+1    l0=avx l1=avx2
vex    0f   f2 92-93 rm      avx512bw
vex    0f   f2 c2 rm+1    avx
vex    0f38 np 49 rm      amx_tile
vex    0f38 np 50-51 rm      avx_vnni_int8
vex    0f38 np 5e rm      amx_int8
vex    0f38 np 6c rm      amx_complex
vex    0f38 np b0 rm      avx_ne_convert
vex    0f38 np d2-d3 rm      avx_vnni_int16
vex    0f38 np da rm      avx+sm3
vex    0f38 np f2-f3,f7 rm      bmi1
vex    0f38 np f5 rm      bmi2
vex    0f38 66 00-0b,1c-1e,20-25,28-2b,30-35,37-40 rm      l0=avx l1=avx2
vex    0f38 66 0c-0f,17,1a,2c-2f,41 rm      avx
vex    0f38 66 13 rm      f16c
vex    0f38 66 16,36,45-47,58-5a,78-79,8c,8e,90-93 rm      avx2
vex    0f38 66 18-19 rm      mem=avx reg=avx2
vex    0f38 66 49,4b rm      amx_tile
vex    0f38 66 50-53 rm      avx_vnni
vex    0f38 66 5e rm      amx_int8
vex    0f38 66 6c rm      amx_complex
vex    0f38 66 96-9f,a6-af,b6-bf rm      fma
vex    0f38 66 b0-b1 rm      avx_ne_convert
vex    0f38 66 b4-b5 rm      avx_ifma
vex    0f38 66 cf rm      avx+gfni
vex    0f38 66 d2-d3 rm      avx_vnni_int16
vex    0f38 66 da rm      avx+sm3
vex    0f38 66 db rm      aes+avx
vex    0f38 66 dc-df rm      l0=aes+avx l1=vaes
vex    0f38 66 e0-ef rm      cmpccxadd
vex    0f38 66 f7 rm      bmi2
vex    0f38 f3 4b rm      amx_tile
vex    0f38 f3 50-51 rm      avx_vnni_int8
vex    0f38 f3 5c rm      amx_bf16
vex    0f38 f3 5e rm      amx_int8
vex    0f38 f3 72,b0-b1 rm      avx_ne_convert
vex    0f38 f3 d2-d3 rm      avx_vnni_int16
vex    0f38 f3 da rm      avx+sm4
vex    0f38 f3 f5,f7 rm      bmi2
vex    0f38 f2 49,4b rm      amx_tile
vex    0f38 f2 50-51 rm      avx_vnni_int8
vex    0f38 f2 5c rm      amx_fp16
vex    0f38 f2 5e rm      amx_int8
vex    0f38 f2 b0 rm      avx_ne_convert
vex    0f38 f2 cb-cd rm      avx+sha512
vex    0f38 f2 da rm      avx+sm4
vex    0f38 f2 f5-f7 rm      bmi2
vex    0f3a 66 00-02,38-39,46 rm+1    avx2
vex    0f3a 66 04-06,08-0d,14-19,20-22,40-41,4a-4b,60-63 rm+1    avx
vex    0f3a 66 0e-0f,42,4c rm+1    l0=avx l1=avx2
vex    0f3a 66 1d rm+1    f16c
vex    0f3a 66 30,32 rm+1    w0=avx512dq w1=avx512f
vex    0f3a 66 31,33 rm+1    avx512bw
vex    0f3a 66 44 rm+1    l0=avx+pclmulqdq l1=vpclmulqdq
vex    0f3a 66 48-49 rm+1    xop
vex    0f3a 66 5c-5f,68-6f,78-7f rm+1    fma4
vex    0f3a 66 ce-cf rm+1    avx+gfni
vex    0f3a 66 de rm+1    avx+sm3
vex    0f3a 66 df rm+1    aes+avx
vex    0f3a f2 f0 rm+1    bmi2
evex   0f   np 10-11,14-15,28-29,2b,51,58-5a,5c-5f,78-79 rm      l0=avx512f+avx512vl l1=avx512f+avx512vl l2=avx512f
evex   0f   np 12-13,16-17,2e-2f rm      avx512f
evex   0f   np 54-57 rm      l0=avx512dq+avx512vl l1=avx512dq+avx512vl l2=avx512dq
evex   0f   np 5b rm      w0l0=avx512f+avx512vl w0l1=avx512f+avx512vl w0l2=avx512f w1l0=avx512dq+avx512vl w1l1=avx512dq+avx512vl w1l2=avx512dq
evex   0f   np c2,c6 rm+1    l0=avx512f+avx512vl l1=avx512f+avx512vl l2=avx512f
evex   0f   66 10-11,14-15,28-29,2b,51,58-5f,62,66,6a,6c-6d,6f,76,7f,d2-d4,db,df,e2,e6-e7,eb,ef rm      l0=avx512f+avx512vl l1=avx512f+avx512vl l2=avx512f
evex   0f   66 f2-f4,fa-fb,fe rm      l0=avx512f+avx512vl l1=avx512f+avx512vl l2=avx512f
evex   0f   66 12-13,16-17,2e-2f,6e,7e,d6 rm      avx512f
evex   0f   66 54-57,78-7b rm      l0=avx512dq+avx512vl l1=avx512dq+avx512vl l2=avx512dq
evex   0f   66 60-61,63-65,67-69,6b,74-75,d1,d5,d8-da,dc-de,e0-e1,e3-e5,e8-ea,ec-ee,f1,f5-f6,f8-f9,fc-fd rm      l0=avx512bw+avx512vl l1=avx512bw+avx512vl l2=avx512bw
evex   0f   66 70,72,c2,c6 rm+1    l0=avx512f+avx512vl l1=avx512f+avx512vl l2=avx512f
evex   0f   66 71 rm+1    l0=avx512bw+avx512vl l1=avx512bw+avx512vl l2=avx512bw
evex   0f   66 73 rm+1    /2l0=avx512f+avx512vl /2l1=avx512f+avx512vl /2l2=avx512f /3l0=avx512bw+avx512vl /3l1=avx512bw+avx512vl /3l2=avx512bw /6l0=avx512f+avx512vl /6l1=avx512f+avx512vl /6l2=avx512f /7l0=avx512bw+avx512vl /7l1=avx512bw+avx512vl /7l2=avx512bw
evex   0f   66 c4-c5 rm+1    avx512bw
evex   0f   f3 10-11,2a,2c-2d,51,58-5a,5c-5f,78-79,7b,7e rm      avx512f
evex   0f   f3 12,16,5b,6f,7f rm      l0=avx512f+avx512vl l1=avx512f+avx512vl l2=avx512f
evex   0f   f3 70 rm+1    l0=avx512bw+avx512vl l1=avx512bw+avx512vl l2=avx512bw
evex   0f   f3 7a,e6 rm      w0l0=avx512f+avx512vl w0l1=avx512f+avx512vl w0l2=avx512f w1l0=avx512dq+avx512vl w1l1=avx512dq+avx512vl w1l2=avx512dq
evex   0f   f3 c2 rm+1    avx512f
evex   0f   f2 10-11,2a,2c-2d,51,58-5a,5c-5f,78-79,7b rm      avx512f
evex   0f   f2 12,e6 rm      l0=avx512f+avx512vl l1=avx512f+avx512vl l2=avx512f
evex   0f   f2 6f,7f rm      l0=avx512bw+avx512vl l1=avx512bw+avx512vl l2=avx512bw
evex   0f   f2 70 rm+1    l0=avx512bw+avx512vl l1=avx512bw+avx512vl l2=avx512bw
evex   0f   f2 7a rm      w0l0=avx512f+avx512vl w0l1=avx512f+avx512vl w0l2=avx512f w1l0=avx512dq+avx512vl w1l1=avx512dq+avx512vl w1l2=avx512dq
evex   0f   f2 c2 rm+1    avx512f
evex   0f38 66 00,04,0b,10-12,1c-1d,20,26,2b,30,38,3a,3c,3e,66,78-7b rm      l0=avx512bw+avx512vl l1=avx512bw+avx512vl l2=avx512bw
evex   0f38 66 0c-0d,13-15,18,1e-1f,21-25,27-2a,2c,31-35,37,39,3b,3d,3f,42,45-47,4c,4e,58,64-65,76-77 rm      l0=avx512f+avx512vl l1=avx512f+avx512vl l2=avx512f
evex   0f38 66 7c,7e-7f,88-8b,90-93,96-98,9a,9c,9e,a0-a3,a6-a8,aa,ac,ae,b6-b8,ba,bc,be rm      l0=avx512f+avx512vl l1=avx512f+avx512vl l2=avx512f
evex   0f38 66 16,36 rm      l1=avx512f+avx512vl l2=avx512f
evex   0f38 66 19 rm      w0l1=avx512dq+avx512vl w0l2=avx512dq w1l1=avx512f+avx512vl w1l2=avx512f
evex   0f38 66 1a,5a rm      w0l1=avx512f+avx512vl w0l2=avx512f w1l1=avx512dq+avx512vl w1l2=avx512dq
evex   0f38 66 1b,5b rm      w0=avx512dq w1=avx512f
evex   0f38 66 2d,43,4d,4f,99,9b,9d,9f,a9,ab,ad,af,b9,bb,bd,bf rm      avx512f
evex   0f38 66 40 rm      w0l0=avx512f+avx512vl w0l1=avx512f+avx512vl w0l2=avx512f w1l0=avx512dq+avx512vl w1l1=avx512dq+avx512vl w1l2=avx512dq
evex   0f38 66 44,c4 rm      l0=avx512cd+avx512vl l1=avx512cd+avx512vl l2=avx512cd
evex   0f38 66 50-53 rm      l0=avx512_vnni+avx512vl l1=avx512_vnni+avx512vl l2=avx512_vnni
evex   0f38 66 54,8f rm      l0=avx512_bitalg+avx512vl l1=avx512_bitalg+avx512vl l2=avx512_bitalg
evex   0f38 66 55 rm      l0=avx512_vpopcntdq+avx512vl l1=avx512_vpopcntdq+avx512vl l2=avx512_vpopcntdq
evex   0f38 66 59 rm      w0l0=avx512dq+avx512vl w0l1=avx512dq+avx512vl w0l2=avx512dq w1l0=avx512f+avx512vl w1l1=avx512f+avx512vl w1l2=avx512f
evex   0f38 66 62-63,70-73 rm      l0=avx512_vbmi2+avx512vl l1=avx512_vbmi2+avx512vl l2=avx512_vbmi2
evex   0f38 66 75,7d,8d rm      w0l0=avx512_vbmi+avx512vl w0l1=avx512_vbmi+avx512vl w0l2=avx512_vbmi w1l0=avx512bw+avx512vl w1l1=avx512bw+avx512vl w1l2=avx512bw
evex   0f38 66 83 rm      l0=avx512_vbmi+avx512vl l1=avx512_vbmi+avx512vl l2=avx512_vbmi
evex   0f38 66 b4-b5 rm      l0=avx512_ifma+avx512vl l1=avx512_ifma+avx512vl l2=avx512_ifma
evex   0f38 66 c6-c7 rm      avx512pf
evex   0f38 66 c8,ca-cd rm      avx512er
evex   0f38 66 cf rm      l0=avx512vl+gfni l1=avx512vl+gfni l2=avx512f+gfni
evex   0f38 66 dc-df rm      l0=avx512vl+vaes l1=avx512vl+vaes l2=avx512f+vaes
evex   0f38 f3 10,20,26,28-29,30 rm      l0=avx512bw+avx512vl l1=avx512bw+avx512vl l2=avx512bw
evex   0f38 f3 11-15,21-25,27,31-35 rm      l0=avx512f+avx512vl l1=avx512f+avx512vl l2=avx512f
evex   0f38 f3 2a,3a rm      l0=avx512cd+avx512vl l1=avx512cd+avx512vl l2=avx512cd
evex   0f38 f3 38-39 rm      l0=avx512dq+avx512vl l1=avx512dq+avx512vl l2=avx512dq
evex   0f38 f3 52,72 rm      l0=avx512_bf16+avx512vl l1=avx512_bf16+avx512vl l2=avx512_bf16+avx512f
evex   0f38 f2 52-53 rm      avx512_4vnniw
evex   0f38 f2 68 rm      l0=avx512_vp2intersect+avx512vl l1=avx512_vp2intersect+avx512vl l2=avx512_vp2intersect+avx512f
evex   0f38 f2 72 rm      l0=avx512_bf16+avx512vl l1=avx512_bf16+avx512vl l2=avx512_bf16+avx512f
evex   0f38 f2 9a-9b,aa-ab rm      avx512_4fmaps
evex   0f3a np 08,26,56,66,c2 rm+1    l0=avx512_fp16+avx512vl l1=avx512_fp16+avx512vl l2=avx512_fp16
evex   0f3a np 0a,27,57,67 rm+1    avx512_fp16
evex   0f3a 66 00-01,23,43 rm+1    l1=avx512f+avx512vl l2=avx512f
evex   0f3a 66 03-05,08-09,1d-1f,25-26,54 rm+1    l0=avx512f+avx512vl l1=avx512f+avx512vl l2=avx512f
evex   0f3a 66 0a-0b,17,21,27,55 rm+1    avx512f
evex   0f3a 66 0f,3e-3f,42 rm+1    l0=avx512bw+avx512vl l1=avx512bw+avx512vl l2=avx512bw
evex   0f3a 66 14-15,20 rm+1    avx512bw
evex   0f3a 66 16,22,51,57,67 rm+1    avx512dq
evex   0f3a 66 18-19,38-39 rm+1    w0l1=avx512f+avx512vl w0l2=avx512f w1l1=avx512dq+avx512vl w1l2=avx512dq
evex   0f3a 66 1a-1b,3a-3b rm+1    w0=avx512dq w1=avx512f
evex   0f3a 66 44 rm+1    l0=avx512vl+vpclmulqdq l1=avx512vl+vpclmulqdq l2=avx512f+vpclmulqdq
evex   0f3a 66 50,56,66 rm+1    l0=avx512dq+avx512vl l1=avx512dq+avx512vl l2=avx512dq
evex   0f3a 66 70-73 rm+1    l0=avx512_vbmi2+avx512vl l1=avx512_vbmi2+avx512vl l2=avx512_vbmi2
evex   0f3a 66 ce-cf rm+1    l0=avx512vl+gfni l1=avx512vl+gfni l2=avx512f+gfni
evex   0f3a f3 c2 rm+1    avx512_fp16
evex   map5 np 1d,2e-2f rm      avx512_fp16
evex   map5 np 51,58-5f,78-79,7c-7d rm      l0=avx512_fp16+avx512vl l1=avx512_fp16+avx512vl l2=avx512_fp16
evex   map5 66 1d,5a-5b,78-7d rm      l0=avx512_fp16+avx512vl l1=avx512_fp16+avx512vl l2=avx512_fp16
evex   map5 66 6e,7e rm      avx512_fp16
evex   map5 f3 10-11,2a,2c-2d,51,58-5a,5c-5f,78-79,7b rm      avx512_fp16
evex   map5 f3 5b,7d rm      l0=avx512_fp16+avx512vl l1=avx512_fp16+avx512vl l2=avx512_fp16
evex   map5 f2 5a rm      avx512_fp16
evex   map5 f2 7a,7d rm      l0=avx512_fp16+avx512vl l1=avx512_fp16+avx512vl l2=avx512_fp16
evex   map6 np 13 rm      avx512_fp16
evex   map6 66 13,2c,42,4c,4e,96-98,9a,9c,9e,a6-a8,aa,ac,ae,b6-b8,ba,bc,be rm      l0=avx512_fp16+avx512vl l1=avx512_fp16+avx512vl l2=avx512_fp16
evex   map6 66 2d,43,4d,4f,99,9b,9d,9f,a9,ab,ad,af,b9,bb,bd,bf rm      avx512_fp16
evex   map6 f3 56,d6 rm      l0=avx512_fp16+avx512vl l1=avx512_fp16+avx512vl l2=avx512_fp16
evex   map6 f3 57,d7 rm      avx512_fp16
evex   map6 f2 56,d6 rm      l0=avx512_fp16+avx512vl l1=avx512_fp16+avx512vl l2=avx512_fp16
evex   map6 f2 57,d7 rm      avx512_fp16
`
