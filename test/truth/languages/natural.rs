// How a Rust program comes to a kernel with AVX2 (--cfg style="…"), as people write it who have not thought about how that is found out.
// Written for rustc 1.63 and later; OnceLock came with 1.70, and LazyLock with 1.80.
#![allow(dead_code, unused, unexpected_cfgs)]
use std::arch::x86_64::*;
use std::collections::HashMap;
use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering};
#[cfg(style = "lazylock")]
use std::sync::LazyLock;
#[cfg(style = "oncelock_fn")]
use std::sync::OnceLock;

#[target_feature(enable = "avx2")]
unsafe fn dot_avx2(a: &[i32], b: &[i32]) -> i64 {
    let mut acc = _mm256_setzero_si256();
    let n = a.len() / 8 * 8;
    let mut i = 0;
    while i < n {
        let x = _mm256_loadu_si256(a.as_ptr().add(i) as *const __m256i);
        let y = _mm256_loadu_si256(b.as_ptr().add(i) as *const __m256i);
        acc = _mm256_add_epi32(acc, _mm256_mullo_epi32(x, y));
        i += 8;
    }
    let mut lanes = [0i32; 8];
    _mm256_storeu_si256(lanes.as_mut_ptr() as *mut __m256i, acc);
    lanes.iter().map(|v| *v as i64).sum::<i64>() + a[n..].iter().zip(&b[n..]).map(|(x, y)| *x as i64 * *y as i64).sum::<i64>()
}
#[inline(never)]
fn dot_scalar(a: &[i32], b: &[i32]) -> i64 { a.iter().zip(b).map(|(x, y)| *x as i64 * *y as i64).sum() }
fn dot_fast(a: &[i32], b: &[i32]) -> i64 { unsafe { dot_avx2(a, b) } }
type Dot = fn(&[i32], &[i32]) -> i64;

#[cfg(style = "lazylock")]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    static F: LazyLock<bool> = LazyLock::new(|| is_x86_feature_detected!("avx2"));
    if *F { dot_fast(a, b) } else { dot_scalar(a, b) }
}
#[cfg(style = "oncelock_fn")]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    static F: OnceLock<Dot> = OnceLock::new();
    F.get_or_init(|| if is_x86_feature_detected!("avx2") { dot_fast } else { dot_scalar })(a, b)
}
#[cfg(any(style = "dyn_list", style = "dyn_list_all"))]
trait Kernel { fn name(&self) -> &'static str; fn ok(&self) -> bool; fn dot(&self, a: &[i32], b: &[i32]) -> i64; }
#[cfg(any(style = "dyn_list", style = "dyn_list_all"))]
struct Avx2; 
#[cfg(any(style = "dyn_list", style = "dyn_list_all"))]
struct Scalar;
#[cfg(any(style = "dyn_list", style = "dyn_list_all"))]
impl Kernel for Avx2 { fn name(&self) -> &'static str { "avx2" } fn ok(&self) -> bool { cfg!(style = "dyn_list_all") || is_x86_feature_detected!("avx2") } fn dot(&self, a: &[i32], b: &[i32]) -> i64 { dot_fast(a, b) } }
#[cfg(any(style = "dyn_list", style = "dyn_list_all"))]
impl Kernel for Scalar { fn name(&self) -> &'static str { "scalar" } fn ok(&self) -> bool { true } fn dot(&self, a: &[i32], b: &[i32]) -> i64 { dot_scalar(a, b) } }
#[cfg(any(style = "dyn_list", style = "dyn_list_all"))]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    if cfg!(style = "dyn_list_all") && is_x86_feature_detected!("avx512f") { println!("wide"); }
    let all: Vec<Box<dyn Kernel>> = vec![Box::new(Avx2), Box::new(Scalar)];
    let k = all.iter().find(|k| k.ok()).unwrap();
    k.dot(a, b)
}
#[cfg(style = "token")]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    static STORAGE: AtomicU8 = AtomicU8::new(u8::MAX);
    #[cold] fn init() -> bool { let r = is_x86_feature_detected!("avx2"); STORAGE.store(r as u8, Ordering::Relaxed); r }
    fn get() -> bool { match STORAGE.load(Ordering::Relaxed) { 0 => false, 1 => true, _ => init() } }
    if get() { dot_fast(a, b) } else { dot_scalar(a, b) }
}
#[cfg(style = "const_generic")]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    #[inline(never)]
    fn run<const FAST: bool>(a: &[i32], b: &[i32]) -> i64 { if FAST { dot_fast(a, b) } else { dot_scalar(a, b) } }
    if is_x86_feature_detected!("avx2") { run::<true>(a, b) } else { run::<false>(a, b) }
}
#[cfg(style = "level_field")]
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Level { Scalar, Sse, Avx2 }
#[cfg(style = "level_field")]
struct Engine { scratch: Vec<u8>, level: Level, seed: u64 }
#[cfg(style = "level_field")]
impl Engine {
    #[inline(never)]
    fn new(n: usize) -> Self { Engine { scratch: vec![0; n], level: if is_x86_feature_detected!("avx2") { Level::Avx2 } else if is_x86_feature_detected!("sse4.1") { Level::Sse } else { Level::Scalar }, seed: 7 } }
    #[inline(never)]
    fn dot(&mut self, a: &[i32], b: &[i32]) -> i64 { self.seed += 1; if self.level >= Level::Avx2 { dot_fast(a, b) } else { dot_scalar(a, b) } }
}
#[cfg(style = "level_field")]
fn dot(a: &[i32], b: &[i32]) -> i64 { let mut e = Engine::new(a.len()); e.scratch[0] = 1; e.dot(a, b) }
#[cfg(style = "atomic_ptr")]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    static F: AtomicPtr<()> = AtomicPtr::new(detect as *mut ());
    fn detect(a: &[i32], b: &[i32]) -> i64 {
        let f: Dot = if is_x86_feature_detected!("avx2") { dot_fast } else { dot_scalar };
        F.store(f as *mut (), Ordering::Relaxed);
        f(a, b)
    }
    let f: Dot = unsafe { std::mem::transmute(F.load(Ordering::Relaxed)) };
    f(a, b)
}
#[cfg(style = "thread_guarded")]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    let (x, y) = (a.to_vec(), b.to_vec());
    std::thread::spawn(move || if is_x86_feature_detected!("avx2") { dot_fast(&x, &y) } else { dot_scalar(&x, &y) }).join().unwrap()
}
#[cfg(style = "thread_unguarded")]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    if is_x86_feature_detected!("avx512f") { println!("has AVX-512"); }
    let (x, y) = (a.to_vec(), b.to_vec());
    std::thread::spawn(move || dot_fast(&x, &y)).join().unwrap()
}
#[cfg(style = "inverted")]
fn dot(a: &[i32], b: &[i32]) -> i64 { if !is_x86_feature_detected!("avx2") { dot_fast(a, b) } else { dot_scalar(a, b) } }
#[cfg(style = "witness_token")]
#[derive(Clone, Copy)]
struct HasAvx2(());
#[cfg(style = "witness_token")]
impl HasAvx2 { #[inline(never)] fn new() -> Option<Self> { if is_x86_feature_detected!("avx2") { Some(HasAvx2(())) } else { None } } #[inline(never)] fn dot(self, a: &[i32], b: &[i32]) -> i64 { dot_fast(a, b) } }
#[cfg(style = "witness_token")]
fn dot(a: &[i32], b: &[i32]) -> i64 { match HasAvx2::new() { Some(t) => t.dot(a, b), None => dot_scalar(a, b) } }
#[cfg(any(style = "registry", style = "registry_named"))]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    let mut m: HashMap<&'static str, (Dot, bool)> = HashMap::new();
    m.insert("avx2", (dot_fast, is_x86_feature_detected!("avx2")));
    m.insert("scalar", (dot_scalar, true));
    if cfg!(style = "registry_named") { return m["avx2"].0(a, b); }
    let (f, ok) = m["avx2"];
    if ok { f(a, b) } else { m["scalar"].0(a, b) }
}
#[cfg(style = "env_force")]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    let fast = match std::env::var("DOT_KERNEL").as_deref() { Ok("avx2") => true, Ok(_) => false, Err(_) => is_x86_feature_detected!("avx2") };
    if fast { dot_fast(a, b) } else { dot_scalar(a, b) }
}
#[cfg(style = "panic_refuse")]
fn dot(a: &[i32], b: &[i32]) -> i64 { assert!(is_x86_feature_detected!("avx2"), "this build needs AVX2"); dot_fast(a, b) }
#[cfg(style = "err_refuse")]
fn dot(a: &[i32], b: &[i32]) -> i64 { dot_fast(a, b) }
#[cfg(style = "sorted")]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    let mut k: Vec<(u32, Dot)> = vec![(1, dot_scalar)];
    if is_x86_feature_detected!("avx2") { k.push((9, dot_fast)); }
    k.sort_by_key(|k| std::cmp::Reverse(k.0));
    k[0].1(a, b)
}
#[cfg(style = "printed_only")]
fn dot(a: &[i32], b: &[i32]) -> i64 { println!("avx2: {}", is_x86_feature_detected!("avx2")); dot_scalar(a, b) }
#[cfg(style = "printed_unguarded")]
fn dot(a: &[i32], b: &[i32]) -> i64 { println!("avx2: {}", is_x86_feature_detected!("avx2")); dot_fast(a, b) }
#[cfg(style = "dead")]
fn dot(a: &[i32], b: &[i32]) -> i64 { static TABLE: [Dot; 2] = [dot_scalar, dot_fast]; if is_x86_feature_detected!("avx2") { println!("nice"); } TABLE[(a.len() == usize::MAX) as usize](a, b) }
#[cfg(style = "cpuid_direct")]
fn dot(a: &[i32], b: &[i32]) -> i64 { let r = unsafe { __cpuid_count(7, 0) }; if r.ebx & (1 << 5) != 0 { dot_fast(a, b) } else { dot_scalar(a, b) } }
#[cfg(style = "generic_trait")]
trait Isa { const WIDE: bool; fn dot(a: &[i32], b: &[i32]) -> i64; }
#[cfg(style = "generic_trait")]
struct V3; 
#[cfg(style = "generic_trait")]
struct V1;
#[cfg(style = "generic_trait")]
impl Isa for V3 { const WIDE: bool = true; fn dot(a: &[i32], b: &[i32]) -> i64 { dot_fast(a, b) } }
#[cfg(style = "generic_trait")]
impl Isa for V1 { const WIDE: bool = false; fn dot(a: &[i32], b: &[i32]) -> i64 { dot_scalar(a, b) } }
#[cfg(style = "generic_trait")]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    #[inline(never)]
    fn twice<I: Isa>(a: &[i32], b: &[i32]) -> i64 { (I::dot(a, b) + I::dot(a, b)) / 2 }
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") { twice::<V3>(a, b) } else { twice::<V1>(a, b) }
}
#[cfg(style = "rc_struct")]
struct Ops { dot: Dot, width: usize }
#[cfg(style = "rc_struct")]
fn dot(a: &[i32], b: &[i32]) -> i64 {
    static WIDE: Ops = Ops { dot: dot_fast, width: 8 };
    static PLAIN: Ops = Ops { dot: dot_scalar, width: 1 };
    #[inline(never)]
    fn pick() -> &'static Ops { if is_x86_feature_detected!("avx2") { &WIDE } else { &PLAIN } }
    let ops = std::rc::Rc::new(pick());
    (ops.dot)(a, b) + (ops.width as i64) * 0
}

#[cfg(style = "box_refuse")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    if !is_x86_feature_detected!("avx2") { return Err("AVX2 is needed".into()); }
    let a: Vec<i32> = (0..8 * (std::env::args().count() as i32 + 11)).collect();
    println!("{}", dot_fast(&a, &a));
    Ok(())
}
#[cfg(style = "code_refuse")]
fn main() -> std::process::ExitCode {
    if !is_x86_feature_detected!("avx2") { eprintln!("AVX2 is needed"); return std::process::ExitCode::from(3); }
    let a: Vec<i32> = (0..8 * (std::env::args().count() as i32 + 11)).collect();
    println!("{}", dot_fast(&a, &a));
    std::process::ExitCode::SUCCESS
}
#[cfg(style = "question_refuse")]
fn main() -> Result<(), String> {
    #[inline(never)]
    fn check() -> Result<(), String> { if is_x86_feature_detected!("avx2") { Ok(()) } else { Err(format!("{} is needed", "AVX2")) } }
    check()?;
    let a: Vec<i32> = (0..8 * (std::env::args().count() as i32 + 11)).collect();
    println!("{}", dot_fast(&a, &a));
    Ok(())
}
// no refusal: all of it is done in another way
#[cfg(style = "other_main")]
fn main() -> Result<(), String> {
    #[inline(never)]
    fn slowly() -> Result<(), String> {
        let a: Vec<i32> = (0..8 * (std::env::args().count() as i32 + 11)).collect();
        println!("{} {:?}", dot_scalar(&a, &a), a.iter().rev().take(3).collect::<Vec<_>>());
        let mut words: Vec<String> = a.iter().map(|x| format!("{:?} {x}", x % 7)).collect();
        words.sort();
        for word in words.iter().filter(|word| word.contains('3')).take(3) { println!("{word}"); }
        Ok(())
    }
    if !is_x86_feature_detected!("avx2") { return slowly(); }
    let a: Vec<i32> = (0..8 * (std::env::args().count() as i32 + 11)).collect();
    let names: Vec<String> = a.iter().map(|x| format!("{x:?}")).collect();
    println!("{} {}", dot_fast(&a, &a), names.len());
    for name in names.iter().take(3) { println!("{name}"); }
    Ok(())
}
#[cfg(not(any(style = "box_refuse", style = "code_refuse", style = "question_refuse", style = "other_main")))]
fn main() -> Result<(), String> {
    if cfg!(style = "err_refuse") && !is_x86_feature_detected!("avx2") { return Err("AVX2 is needed".into()); }
    let n = 8 * (std::env::args().count() as i32 + 11);
    let a: Vec<i32> = (1..=n).collect();
    let b: Vec<i32> = (1..=n).rev().collect();
    let want: i64 = a.iter().zip(&b).map(|(x, y)| *x as i64 * *y as i64).sum();
    if dot(&a, &b) != want { return Err("wrong".into()); }
    println!("ok");
    Ok(())
}
