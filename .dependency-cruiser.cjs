/** A library that may have to be replaced, and the only files that may import it. */
const LIBRARY_OWNERS = {
  '@ffmpeg-installer/ffmpeg': '^shared/ffmpeg/ffmpeg-binary\\.ts$',
  '@ffprobe-installer/ffprobe': '^shared/ffmpeg/ffmpeg-binary\\.ts$',
  'fluent-ffmpeg': '^shared/ffmpeg/ffmpeg\\.ts$',
  // Server and client never import each other, so each has its one file.
  sharp: '^(server/pipeline/jpeg-codec|client/jpeg-decoder)\\.ts$',
  blessed: '^client/ui/[^/]+\\.ts$',
  'blessed-contrib': '^client/ui/[^/]+\\.ts$',
  commander: '(^|/)cli\\.ts$',
  yaml: '^server/config-file\\.ts$',
  'hdr-histogram-js': '^shared/histogram\\.ts$',
  pino: '^shared/logger\\.ts$',
  'pino-pretty': '^shared/logger\\.ts$',
  'p-limit': '^server/in-parallel\\.ts$',
  tinyglobby: '^server/sources/image-list\\.ts$',
  leven: '^shared/suggestion\\.ts$',
  zod: '-schema\\.ts$',
  'prom-client': '^server/statistics/prometheus\\.ts$',
  'ipaddr\\.js': '^server/(sources|api)/[^/]+\\.ts$',
  '@fastify': '^server/(api|web)/[^/]+\\.ts$',
  'fastify-type-provider-zod': '^server/api/[^/]+\\.ts$',
  uplot: '^client/web/app/charts/uplot-chart\\.tsx$',
};
/** The same, where others may import its types. */
const VALUE_OWNERS = {
  fastify: '^server/api/http-server\\.ts$',
  ws: '^(server/transports/websocket-server|client/probe/websocket-connection)\\.ts$',
};

// A transport's own files begin with its name; tcp-listener.ts is for every transport that listens on TCP.
const OWN_TRANSPORT_FILE = '^server/transports/(tcp|classic|mjpeg|websocket|relay|nats)(/|-(?!listener))';
const ENTRIES =
  '(^|/)(main|[^/]*worker[^/]*)\\.tsx?$|^client/connect\\.ts$|^client/web/(browser/connect|react/stream-viewer)\\.tsx?$' +
  '|^client/web/[a-z]+/vite\\.config\\.ts$';

const libraryPath = (library) => `node_modules/(@types/)?${library}/`;

/** One rule a line: modules that match `from` must not import what matches `to`. */
const forbid = (name, from, to, comment) => ({ name, comment, severity: 'error', from, to });
const path = (pattern, pathNot) => (pathNot ? { path: pattern, pathNot } : { path: pattern });
const values = (pattern, pathNot) => ({ ...path(pattern, pathNot), dependencyTypesNot: ['type-only'] });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid('no-circular', {}, { circular: true }, 'A cycle has no order in which it can be understood.'),
    forbid('resolvable', {}, { couldNotResolve: true }, 'The imported file or package does not exist.'),
    forbid('no-dist', {}, path('^dist/'), 'Source imports source.'),
    forbid(
      'no-dev-dependency',
      { pathNot: '^client/web/' },
      { dependencyTypes: ['npm-dev'] },
      'An installed package does not have it; what the web pages use is built into them.',
    ),
    forbid('no-test', path('^(server|client|shared)/'), path('^test/'), 'The product does not know its tests.'),
    forbid('nobody-imports-main', {}, path('(^|/)main\\.ts$'), 'A main starts something when it is imported.'),
    {
      name: 'no-dead-module',
      comment: 'Every module is reached from a binary, a worker or the library entry.',
      severity: 'error',
      from: path(ENTRIES),
      to: { path: '^(server|client|shared)/', pathNot: ENTRIES, reachable: false },
    },

    forbid('server-not-client', path('^server/'), path('^client/'), 'They meet on the wire.'),
    forbid('client-not-server', path('^client/'), path('^server/'), 'They meet on the wire.'),
    forbid(
      'web-runs-in-a-browser',
      path('^client/web/', 'vite\\.config\\.ts$'),
      { dependencyTypes: ['core'] },
      'A browser has nothing of Node.',
    ),
    forbid(
      'web-is-apart',
      path('^client/web/'),
      path('^client/', '^client/web/'),
      'The rest of the client needs Node.',
    ),
    forbid('nobody-imports-web', path('^client/', '^client/web/'), path('^client/web/'), 'It needs a browser.'),
    forbid(
      'web-library-is-alone',
      path('^client/web/browser/'),
      path('^client/web/(react|app)/'),
      'It needs no React.',
    ),
    forbid('react-is-no-app', path('^client/web/react/'), path('^client/web/app/'), 'The component stands alone.'),
    forbid('shared-is-alone', path('^shared/'), path('^(server|client)/'), 'Shared code knows neither side.'),
    forbid(
      'shared-without-libraries',
      path('^shared/', ['^shared/(histogram|logger|suggestion|ffmpeg/ffmpeg(-binary)?)\\.ts$', '-schema\\.ts$']),
      path('node_modules/'),
      'Shared code needs nothing but Node.',
    ),

    forbid('hub-knows-nobody', path('^server/hub/'), path('^server/', '^server/hub/'), 'Frames flow into it.'),
    forbid(
      'ffmpeg-knows-nobody',
      path('^shared/ffmpeg/'),
      path('^shared/(api|jpeg|receiver|timecode)/'),
      'Whoever runs FFmpeg knows what it is for.',
    ),
    forbid(
      'sources-flow-down',
      path('^server/sources/'),
      path('^server/(hub|transports|recording)/'),
      'Calls never go back up.',
    ),
    forbid(
      'pipeline-flows-down',
      path('^server/pipeline/'),
      values('^server/(hub|transports|sources)/'),
      'Calls never go back up; types are welcome.',
    ),
    forbid(
      'processing-knows-only-pictures',
      path('^server/processing/'),
      path('^server/', '^server/(processing|pipeline|drawing)/'),
      'It sees one picture at a time, wherever that comes from.',
    ),
    forbid(
      'processing-is-plugged-in',
      path('^server/', '^server/(processing/|app\\.ts$|stream-(opener|runtime)\\.ts$)'),
      values('^server/processing/'),
      'The pipeline knows the interface of the processors, and only who puts a stream together knows what is behind it.',
    ),
    forbid(
      'drawing-knows-nobody',
      path('^server/drawing/'),
      path('^server/', '^server/drawing/'),
      'It has pixels, no more.',
    ),
    forbid(
      'transports-know-only-the-hub',
      path('^server/transports/'),
      values('^server/(sources|pipeline|api|statistics)/'),
      'A transport sends what the hub hands it, wherever that comes from.',
    ),
    forbid(
      'recording-knows-only-the-hub',
      path('^server/recording/'),
      values('^server/(sources|pipeline|transports)/'),
      'It records what the hub hands it, wherever that comes from.',
    ),
    forbid(
      'rtsp-knows-only-the-hub',
      path('^server/rtsp/'),
      values('^server/(sources|pipeline|transports|api)/', '^server/transports/socket-backlog\\.ts$'),
      'It publishes what the hub hands it, wherever that comes from.',
    ),
    forbid(
      'statistics-watch-only-the-hub',
      path('^server/statistics/'),
      values('^server/(sources|pipeline|transports|api)/'),
      'It measures what passes the hub and what clients say.',
    ),
    forbid(
      'api-uses-what-it-is-given',
      path('^server/', '^server/(api/|http-side\\.ts$)'),
      path('^server/api/'),
      'Nothing but its composition root knows that there is an HTTP API.',
    ),
    forbid(
      'transports-are-strangers',
      path(OWN_TRANSPORT_FILE),
      path(OWN_TRANSPORT_FILE, '^server/transports/$1[/-]'),
      'Each transport works without any other.',
    ),
    forbid(
      'parts-do-not-know-the-whole',
      path('^server/(sources|pipeline|processing|hub|transports|recording|rtsp|publish|generate|statistics|api|web)/'),
      path('^server/(app|fleet-app|http-side|cli)\\.ts$'),
      'Only the composition root knows all parts.',
    ),
    forbid(
      'screens-see-snapshots',
      path('^client/(ui|report)/'),
      path('^client/metrics/', '^client/metrics/snapshot\\.ts$'),
      'What is shown cannot disturb what is measured.',
    ),

    ...Object.entries(LIBRARY_OWNERS).map(([library, owners]) =>
      forbid(`only-one-file-imports-${library}`, { pathNot: owners }, path(libraryPath(library)), `Owner: ${owners}`),
    ),
    ...Object.entries(VALUE_OWNERS).map(([library, owners]) =>
      forbid(`only-one-file-uses-${library}`, { pathNot: owners }, values(libraryPath(library)), `Owner: ${owners}`),
    ),
    ...['blessed', 'blessed-contrib'].map((library) => ({
      name: `one-screen-imports-${library}`,
      comment: 'Any one file of client/ui may own the terminal library, but not two.',
      severity: 'error',
      module: { path: libraryPath(library), numberOfDependentsMoreThan: 1 },
      from: { path: '^client/' },
    })),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default', 'types'], exportsFields: ['exports'] },
  },
};
