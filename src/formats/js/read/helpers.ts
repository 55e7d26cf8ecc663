/** Code that stands in for what newer runtimes have: where it comes from, and from which edition on it is not needed. */
export interface HelperKind {
  readonly title: string
  /** First Node version that needs none of it. */
  readonly node: string
  readonly matches: (path: string) => boolean
}

const inPackage = (pattern: RegExp) => (path: string): boolean => pattern.test(`/${path}`)

/** Modules of compilers' run-time libraries and of polyfills, by path. */
export const helperKinds: readonly HelperKind[] = [
  { title: 'core-js polyfills', node: '18', matches: inPackage(/\/node_modules\/core-js(?:-pure|-compat)?\//) },
  { title: 'regenerator (generators for ES5)', node: '4', matches: inPackage(/\/(?:regenerator-runtime|regeneratorRuntime[\w]*\.js|regenerator\.js)/) },
  { title: 'Babel helpers', node: '18', matches: inPackage(/\/node_modules\/@babel\/runtime(?:-corejs\d)?\/|babelHelpers/) },
  { title: 'swc helpers', node: '18', matches: inPackage(/\/node_modules\/@swc\/helpers\//) },
  { title: 'TypeScript helpers (tslib)', node: '18', matches: inPackage(/\/node_modules\/tslib\//) },
  {
    title: 'polyfills of what Node has',
    node: '18',
    matches: inPackage(
      /\/node_modules\/(?:object-assign|object\.(?:assign|entries|values|fromentries)|array\.prototype\.\w+|string\.prototype\.\w+|array-includes|promise-polyfill|es6-promise|es6-symbol|es6-map|whatwg-fetch|node-fetch|cross-fetch|isomorphic-fetch|abort-controller|url-polyfill|whatwg-url|globalthis|queue-microtask|setimmediate|is-nan|function-bind|safe-buffer|buffer-from|array-flatten|left-pad|inherits|text-encoding)\//,
    ),
  },
]

/** Names that compilers give the functions they put into a file themselves. */
export const inlineHelpers: ReadonlySet<string> = new Set([
  '__awaiter', '__generator', '__extends', '__assign', '__rest', '__spreadArray', '__spread', '__read', '__values',
  '__asyncValues', '__asyncGenerator', '__await', '__importStar', '__importDefault', '__createBinding', '__decorate',
  '_asyncToGenerator', 'asyncGeneratorStep', '_regeneratorRuntime', '_classCallCheck', '_createClass', '_inherits',
  '_defineProperties', '_possibleConstructorReturn', '_assertThisInitialized', '_getPrototypeOf', '_setPrototypeOf',
  '_toConsumableArray', '_slicedToArray', '_objectSpread', '_objectSpread2', '_objectWithoutProperties', '_extends',
  '_async_to_generator', '_class_call_check', '_create_class', '_ts_generator', '_object_spread', '_sliced_to_array',
  '_to_consumable_array', '_call_super', '_callSuper', '_createSuper', '_isNativeReflectConstruct', '_wrapNativeSuper',
])
