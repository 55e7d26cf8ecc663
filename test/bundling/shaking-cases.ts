/**
 * What keeps dead code in bundles, one cause a case. `e.js` is the entry; the text DEADBEEF is only in code that the
 * entry's answer does not depend on, so a bundler could leave it out.
 */
export const shakingCases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'ns-reexport (export * as ns; ns.a used)': {
    'e.js': `import {ns} from './b.js'; console.log(ns.a())`,
    'b.js': `export * as ns from './m.js'`,
    'm.js': 'export const a=()=>1; export const b=()=>"DEADBEEF"',
  },
  'ns default-import object (import z from; z=ns)': {
    'e.js': `import z from './b.js'; console.log(z.a())`,
    'b.js': `import * as z from './m.js'; export default z;`,
    'm.js': 'export const a=()=>1; export const b=()=>"DEADBEEF"',
  },
  'ns import * local': {
    'e.js': `import * as ns from './m.js'; console.log(ns.a())`,
    'm.js': 'export const a=()=>1; export const b=()=>"DEADBEEF"',
  },
  'ns escapes to local const': {
    'e.js': `import * as ns from './m.js'; const q=ns; console.log(q.a())`,
    'm.js': 'export const a=()=>1; export const b=()=>"DEADBEEF"',
  },
  'unused class static prop literal': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; export class K{static x="DEADBEEF"}',
  },
  'unused class static prop ref+call': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; const f=()=>3; export class K{static x=f("DEADBEEF")}',
  },
  'unused class static block': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; export class K{static x;static{K.x="DEADBEEF"}}',
  },
  'unused class K.x= assignment after': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; export class K{} K.x="DEADBEEF";',
  },
  'unused class extends call': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; const mix=(B)=>class extends B{}; export class K extends mix(Object){m(){return "DEADBEEF"}}',
  },
  'unused class extends class': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; class B{} export class K extends B{m(){return "DEADBEEF"}}',
  },
  'TS enum unused (tsc output, var IIFE)': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; export var E;(function(E){E[E["DEADBEEF"]=0]="DEADBEEF"})(E||(E={}));',
  },
  'TS enum unused (.ts source)': {
    'e.js': `import {a} from './m.ts'; console.log(a)`,
    'm.ts': 'export const a=1; export enum E{DEADBEEF=5}',
  },
  'TS enum used one member (.ts): inlined': {
    'e.js': `import {E} from './m.ts'; console.log(E.A)`,
    'm.ts': 'export enum E{A=1,DEADBEEF=5}',
  },
  'TS namespace unused (.ts)': {
    'e.js': `import {a} from './m.ts'; console.log(a)`,
    'm.ts': 'export const a=1; export namespace N{export const q="DEADBEEF"}',
  },
  'TS decorators legacy unused class': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'var __decorate=function(d,t){for(var i=d.length-1;i>=0;i--)t=d[i](t)||t;return t}; export const a=1; const dec=(c)=>c; let K=class K{m(){return "DEADBEEF"}}; K=__decorate([dec],K); export {K}',
  },
  'ES5 class IIFE no PURE (tsc ES5)': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; var K=(function(){function K(){} K.prototype.m=function(){return "DEADBEEF"}; return K}()); export {K}',
  },
  'top-level call, no PURE, pure callee local': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; const mk=(s)=>({s}); export const b=mk("DEADBEEF");',
  },
  'top-level call, no PURE, imported callee': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': `import {mk} from './n.js'; export const a=1; export const b=mk("DEADBEEF");`,
    'n.js': 'export const mk=(s)=>({s});',
  },
  'top-level method call ("x".split)': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; export const b="DEADBEEF,q".split(",");',
  },
  'Object.freeze({})': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; export const b=Object.freeze({k:"DEADBEEF"});',
  },
  'Object.assign({}, x)': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; const d={p:1}; export const b=Object.assign({k:"DEADBEEF"},d);',
  },
  'object spread': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; const d={p:1}; export const b={...d,k:"DEADBEEF"};',
  },
  'new Map([...])': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; export const b=new Map([["DEADBEEF",1]]);',
  },
  'new Set / RegExp / Error': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; export const b=new RegExp("DEADBEEF"); export const c=new Error("DEADBEEF2");',
  },
  'Symbol.for / Symbol()': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; export const b=Symbol("DEADBEEF");',
  },
  'unused getter read (x.y)': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; const o={k:{DEADBEEF:1}}; export const b=o.k.DEADBEEF;',
  },
  'global property read (process.env.X)': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; export const b=process.env.DEADBEEF;',
  },
  'template literal w/ expr': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; const q={}; export const b=`DEADBEEF${q}`;',
  },
  'destructuring': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; const q={x:"DEADBEEF"}; export const {x}=q;',
  },
  'unused fn property assignment f.x=': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; export function f(){} f.x="DEADBEEF";',
  },
  'React.memo/forwardRef-like w/ PURE': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': `export const a=1; import {wrap} from './n.js'; export const b=/*#__PURE__*/wrap("DEADBEEF");`,
    'n.js': 'export const wrap=(x)=>{globalThis.z=x}',
  },
  'NO_SIDE_EFFECTS annotation': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': `export const a=1; import {wrap} from './n.js'; export const b=wrap("DEADBEEF");`,
    'n.js': '/*#__NO_SIDE_EFFECTS__*/ export function wrap(x){globalThis.z=x}',
  },
  'side-effect module, no sideEffects flag': {
    'e.js': `import {a} from './b.js'; console.log(a)`,
    'b.js': `export {a} from './m.js'; export {q} from './n.js'`,
    'm.js': 'export const a=1',
    'n.js': 'globalThis.foo?.("DEADBEEF"); export const q=1',
  },
  'object literal unused method': {
    'e.js': `import {o} from './m.js'; console.log(o.a())`,
    'm.js': 'export const o={a(){return 1},b(){return "DEADBEEF"}}',
  },
  'export default object, one key used': {
    'e.js': `import o from './m.js'; console.log(o.a())`,
    'm.js': 'export default {a(){return 1},b(){return "DEADBEEF"}}',
  },
  'unused class method (instance)': {
    'e.js': `import {K} from './m.js'; console.log(new K().a())`,
    'm.js': 'export class K{a(){return 1} b(){return "DEADBEEF"}}',
  },
  'unused private method': {
    'e.js': `import {K} from './m.js'; console.log(new K().a())`,
    'm.js': 'export class K{a(){return 1} #b(){return "DEADBEEF"}}',
  },
  'const param propagation (f(false))': {
    'e.js': `import {f} from './m.js'; console.log(f(false))`,
    'm.js': 'export function f(d){ if(d){return "DEADBEEF"} return 1 }',
  },
  'option object flag ({debug:false})': {
    'e.js': `import {f} from './m.js'; console.log(f({debug:false}))`,
    'm.js': 'export function f(o){ if(o.debug){return "DEADBEEF"} return 1 }',
  },
  'cross-module const flag': {
    'e.js': `import {DEV} from './m.js'; if(DEV)console.log("DEADBEEF"); console.log(1)`,
    'm.js': 'export const DEV=false',
  },
  'typeof window dead branch (node)': {
    'e.js': 'console.log(typeof window!=="undefined"?"DEADBEEF":1)',
  },
  'process.env.NODE_ENV (no define)': {
    'e.js': 'if(process.env.NODE_ENV!=="production")console.log("DEADBEEF"); console.log(1)',
  },
  'CJS named: exports.a used': {
    'e.js': `import {a} from './m.cjs'; console.log(a())`,
    'm.cjs': 'exports.a=()=>1; exports.b=()=>"DEADBEEF";',
  },
  'CJS require destructure': {
    'e.js': `const {a}=require('./m.cjs'); console.log(a())`,
    'm.cjs': 'exports.a=()=>1; exports.b=()=>"DEADBEEF";',
  },
  'CJS module.exports={a,b}': {
    'e.js': `import {a} from './m.cjs'; console.log(a())`,
    'm.cjs': 'const a=()=>1; const b=()=>"DEADBEEF"; module.exports={a,b};',
  },
  'CJS __esModule defineProperty getters (tsc barrel)': {
    'e.js': `import {a} from './b.cjs'; console.log(a())`,
    'b.cjs': `"use strict";Object.defineProperty(exports,"__esModule",{value:true});var m=require('./m.cjs');Object.defineProperty(exports,"a",{enumerable:true,get:function(){return m.a}});var n=require('./n.cjs');Object.defineProperty(exports,"b",{enumerable:true,get:function(){return n.b}});`,
    'm.cjs': '"use strict";Object.defineProperty(exports,"__esModule",{value:true});exports.a=void 0;const a=()=>1;exports.a=a;',
    'n.cjs': '"use strict";Object.defineProperty(exports,"__esModule",{value:true});exports.b=void 0;const b=()=>"DEADBEEF";exports.b=b;',
  },
  'CJS esbuild __export output': {
    'e.js': `import {a} from './m.cjs'; console.log(a())`,
    'm.cjs': 'var __defProp=Object.defineProperty;var __export=(t,all)=>{for(var n in all)__defProp(t,n,{get:all[n],enumerable:true})};var x={};__export(x,{a:()=>a,b:()=>b});module.exports=x;const a=()=>1;const b=()=>"DEADBEEF";',
  },
  'JSON named key unused': {
    'e.js': `import {a} from './d.json'; console.log(a)`,
    'd.json': '{"a":1,"b":"DEADBEEF"}',
  },
  'JSON default .a': {
    'e.js': `import d from './d.json'; console.log(d.a)`,
    'd.json': '{"a":1,"b":"DEADBEEF"}',
  },
  'dynamic import destructured': {
    'e.js': `const {a}=await import('./m.js'); console.log(a())`,
    'm.js': 'export const a=()=>1; export const b=()=>"DEADBEEF"',
  },
  'unused var in dead try/catch': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; let b; try{ b="DEADBEEF".length }catch{} export {b}',
  },
  'unused recursion pair': {
    'e.js': `import {a} from './m.js'; console.log(a)`,
    'm.js': 'export const a=1; function p(){return q()+"DEADBEEF"} function q(){return p()} ',
  },
  'write-only variable/array push': {
    'e.js': 'const q=[]; q.push("DEADBEEF"); console.log(1)',
  },
  'write-only object props': {
    'e.js': 'const q={}; q.x="DEADBEEF"; console.log(1)',
  },
}
