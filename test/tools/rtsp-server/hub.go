package main

import (
	"strings"
	"sync"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/auth"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/headers"
	"github.com/pion/rtp"
)

const realm = "test"

// hub hands what publishers send to the readers of the same path, and counts both.
type hub struct {
	options options
	server  *gortsplib.Server
	methods []headers.AuthMethod
	nonce   string

	mutex       sync.Mutex
	broadcasts  map[string]*broadcast
	readers     map[*gortsplib.ServerSession]string
	connections map[string]int
	plays       map[string]int
}

// broadcast is what one publisher sends.
type broadcast struct {
	publisher *gortsplib.ServerSession
	stream    *gortsplib.ServerStream
	paused    bool
	started   bool
	reports   *reports
}

func newHub(o options) (*hub, error) {
	nonce, err := auth.GenerateNonce()
	methods := []headers.AuthMethod{headers.AuthDigestMD5}
	if o.authentication == "basic" {
		methods = []headers.AuthMethod{headers.AuthBasic}
	}
	return &hub{
		options:     o,
		methods:     methods,
		nonce:       nonce,
		broadcasts:  map[string]*broadcast{},
		readers:     map[*gortsplib.ServerSession]string{},
		connections: map[string]int{},
		plays:       map[string]int{},
	}, err
}

func (h *hub) OnConnOpen(*gortsplib.ServerHandlerOnConnOpenCtx) {
	h.countConnection(1, 1)
}

func (h *hub) OnConnClose(*gortsplib.ServerHandlerOnConnCloseCtx) {
	h.countConnection(-1, 0)
}

func (h *hub) OnAnnounce(ctx *gortsplib.ServerHandlerOnAnnounceCtx) (*base.Response, error) {
	path := name(ctx.Path)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.broadcasts[path] != nil {
		return answer(base.StatusBadRequest), nil
	}
	stream := gortsplib.NewServerStream(h.server, ctx.Description)
	h.broadcasts[path] = &broadcast{publisher: ctx.Session, stream: stream, reports: newReports(h.options, stream)}
	return answer(base.StatusOK), nil
}

func (h *hub) OnRecord(ctx *gortsplib.ServerHandlerOnRecordCtx) (*base.Response, error) {
	path := name(ctx.Path)
	h.mutex.Lock()
	b := h.broadcasts[path]
	h.mutex.Unlock()
	if b == nil || b.publisher != ctx.Session {
		return answer(base.StatusBadRequest), nil
	}
	ctx.Session.OnPacketRTPAny(func(media *description.Media, codec format.Format, packet *rtp.Packet) {
		h.pass(path, b, media, codec, packet)
	})
	return answer(base.StatusOK), nil
}

func (h *hub) OnDescribe(ctx *gortsplib.ServerHandlerOnDescribeCtx) (*base.Response, *gortsplib.ServerStream, error) {
	response, stream := h.admit(ctx.Request, ctx.Path)
	return response, stream, nil
}

func (h *hub) OnSetup(ctx *gortsplib.ServerHandlerOnSetupCtx) (*base.Response, *gortsplib.ServerStream, error) {
	if ctx.Session.AnnouncedDescription() != nil {
		return answer(base.StatusOK), nil, nil
	}
	response, stream := h.admit(ctx.Request, ctx.Path)
	return response, stream, nil
}

func (h *hub) OnPlay(ctx *gortsplib.ServerHandlerOnPlayCtx) (*base.Response, error) {
	path := name(ctx.Path)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.readers[ctx.Session] = path
	h.plays[path]++
	h.sayReaders(path)
	return answer(base.StatusOK), nil
}

func (h *hub) OnSessionClose(ctx *gortsplib.ServerHandlerOnSessionCloseCtx) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if path, isReader := h.readers[ctx.Session]; isReader {
		delete(h.readers, ctx.Session)
		h.sayReaders(path)
	}
	for path, b := range h.broadcasts {
		if b.publisher == ctx.Session {
			b.reports.stop()
			b.stream.Close()
			delete(h.broadcasts, path)
			say(event{"event": "unpublished", "path": path})
		}
	}
}

// admit answers a reader: 401 without the credentials, 404 where nobody publishes.
func (h *hub) admit(request *base.Request, path string) (*base.Response, *gortsplib.ServerStream) {
	if h.options.user != "" &&
		auth.Validate(request, h.options.user, h.options.password, nil, h.methods, realm, h.nonce) != nil {
		challenge := auth.GenerateWWWAuthenticate(h.methods, realm, h.nonce)
		response := answer(base.StatusUnauthorized)
		response.Header = base.Header{"WWW-Authenticate": challenge}
		return response, nil
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	b := h.broadcasts[name(path)]
	if b == nil {
		return answer(base.StatusNotFound), nil
	}
	return answer(base.StatusOK), b.stream
}

func (h *hub) pass(path string, b *broadcast, media *description.Media, codec format.Format, packet *rtp.Packet) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if !b.started {
		b.started = true
		say(event{"event": "published", "path": path})
	}
	if b.paused {
		return
	}
	// The stream may be closing under us, which its publisher learns another way.
	_ = b.stream.WritePacketRTP(media, packet)
	b.reports.passed(media, codec, packet)
}

func (h *hub) setPaused(path string, paused bool) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if b := h.broadcasts[path]; b != nil {
		b.paused = paused
	}
}

func (h *hub) dropReaders(path string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for session, of := range h.readers {
		if of == path {
			session.Close()
		}
	}
}

func (h *hub) countConnection(open, total int) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.connections["open"] += open
	h.connections["total"] += total
	say(event{"event": "connections", "open": h.connections["open"], "total": h.connections["total"]})
}

func (h *hub) sayReaders(path string) {
	open := 0
	for _, of := range h.readers {
		if of == path {
			open++
		}
	}
	say(event{"event": "readers", "path": path, "open": open, "total": h.plays[path]})
}

func answer(status base.StatusCode) *base.Response {
	return &base.Response{StatusCode: status}
}

func name(path string) string {
	return strings.Trim(path, "/")
}
