module frame-streamer/test/tools/mediamtx

go 1.24.0

require github.com/bluenviron/mediamtx v1.14.0
