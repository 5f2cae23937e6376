package main

import (
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// Seconds from 1900, the epoch of NTP, to 1970.
const ntpEpochSeconds = 2208988800

// reports sends RTCP sender reports (RFC 3550, section 6.4.1) in place of gortsplib's: more often, and by a clock that
// may be wrong on purpose.
type reports struct {
	stream      *gortsplib.ServerStream
	clockOffset time.Duration
	ended       chan struct{}

	mutex sync.Mutex
	last  map[*description.Media]*passedPacket
}

// passedPacket ties a moment of the media's RTP clock to one of the wall clock.
type passedPacket struct {
	ssrc      uint32
	rtpTime   uint32
	at        time.Time
	clockRate int
	packets   uint32
	octets    uint32
}

func newReports(o options, stream *gortsplib.ServerStream) *reports {
	r := &reports{
		stream:      stream,
		clockOffset: o.clockOffset,
		ended:       make(chan struct{}),
		last:        map[*description.Media]*passedPacket{},
	}
	if o.reportEvery > 0 {
		go r.run(o.reportEvery)
	}
	return r
}

func (r *reports) passed(media *description.Media, codec format.Format, packet *rtp.Packet) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	p := r.last[media]
	if p == nil {
		p = &passedPacket{}
		r.last[media] = p
	}
	// Packets of one picture have one time: the first of them is the nearest to it.
	if p.at.IsZero() || p.rtpTime != packet.Timestamp {
		p.at = time.Now()
	}
	p.ssrc, p.rtpTime, p.clockRate = packet.SSRC, packet.Timestamp, codec.ClockRate()
	p.packets++
	p.octets += uint32(len(packet.Payload))
}

func (r *reports) stop() {
	close(r.ended)
}

func (r *reports) run(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-r.ended:
			return
		case <-ticker.C:
			r.send()
		}
	}
}

func (r *reports) send() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for media, p := range r.last {
		now := time.Now()
		elapsed := uint32(now.Sub(p.at).Seconds() * float64(p.clockRate))
		// A reader that is just leaving is not an error of this server.
		_ = r.stream.WritePacketRTCP(media, &rtcp.SenderReport{
			SSRC:        p.ssrc,
			NTPTime:     ntpTime(now.Add(r.clockOffset)),
			RTPTime:     p.rtpTime + elapsed,
			PacketCount: p.packets,
			OctetCount:  p.octets,
		})
	}
}

// ntpTime is 32 bits of seconds since 1900 and 32 bits of fraction.
func ntpTime(t time.Time) uint64 {
	seconds := uint64(t.Unix() + ntpEpochSeconds)
	fraction := uint64(t.Nanosecond()) << 32 / uint64(time.Second)
	return seconds<<32 | fraction
}
