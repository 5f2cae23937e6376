// Command rtsp-server is the RTSP server that the tests publish to and read from: the server of gortsplib (not a line of
// this project's own RTSP code is in it), with what a test has to steer and to count.
//
// It listens on loopback, says on stdout, in lines of JSON, where and what happens to it, and takes orders on stdin, a
// line each: `pause PATH`, `resume PATH` (packets are thrown away in between), `drop PATH` (readers are disconnected).
// The end of stdin ends it, so that it never outlives its test.
package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"
)

// A pair of ports that is free when it is looked for may be taken when it is used.
const udpAttempts = 20

type options struct {
	port           int
	udp            bool
	cert, key      string
	user, password string
	authentication string
	clockOffset    time.Duration
	reportEvery    time.Duration
}

func main() {
	o := parseOptions()
	server, port, err := start(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	say(event{"event": "listening", "port": port})
	obey(server)
}

func parseOptions() options {
	var o options
	flag.IntVar(&o.port, "port", 0, "TCP port; 0 is a free one")
	flag.BoolVar(&o.udp, "udp", false, "offer RTP over UDP as well")
	flag.StringVar(&o.cert, "cert", "", "certificate (PEM); with it the server speaks RTSPS")
	flag.StringVar(&o.key, "key", "", "key of the certificate (PEM)")
	flag.StringVar(&o.user, "user", "", "who may read; empty is everybody (publishing is open to all)")
	flag.StringVar(&o.password, "password", "", "password of the user")
	flag.StringVar(&o.authentication, "auth", "digest", "basic or digest")
	flag.DurationVar(&o.clockOffset, "clock-offset", 0, "how far the clock of the sender reports is ahead of this machine's")
	flag.DurationVar(&o.reportEvery, "report-every", time.Second, "time between RTCP sender reports; 0 sends none")
	flag.Parse()
	return o
}

func start(o options) (*hub, int, error) {
	var err error
	for attempt := 0; attempt < udpAttempts; attempt++ {
		var h *hub
		var port int
		if h, port, err = startOnce(o); err == nil || !o.udp {
			return h, port, err
		}
	}
	return nil, 0, err
}

func startOnce(o options) (*hub, int, error) {
	h, err := newHub(o)
	if err != nil {
		return nil, 0, err
	}
	var listener net.Listener
	h.server = &gortsplib.Server{
		Handler:                  h,
		RTSPAddress:              fmt.Sprintf("127.0.0.1:%d", o.port),
		DisableRTCPSenderReports: true,
		WriteQueueSize:           1024,
		Listen: func(network, address string) (net.Listener, error) {
			var err error
			listener, err = net.Listen(network, address)
			return listener, err
		},
	}
	if o.cert != "" {
		certificate, err := tls.LoadX509KeyPair(o.cert, o.key)
		if err != nil {
			return nil, 0, err
		}
		h.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	}
	if o.udp {
		rtpPort, err := evenPort()
		if err != nil {
			return nil, 0, err
		}
		h.server.UDPRTPAddress = fmt.Sprintf("127.0.0.1:%d", rtpPort)
		h.server.UDPRTCPAddress = fmt.Sprintf("127.0.0.1:%d", rtpPort+1)
	}
	if err := h.server.Start(); err != nil {
		return nil, 0, err
	}
	return h, listener.Addr().(*net.TCPAddr).Port, nil
}

// evenPort finds a free port for RTP, which RFC 3550, section 11, wants even.
func evenPort() (int, error) {
	for {
		socket, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		port := socket.LocalAddr().(*net.UDPAddr).Port
		socket.Close()
		if port%2 == 0 {
			return port, nil
		}
	}
}

func obey(h *hub) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		order, path, _ := strings.Cut(lines.Text(), " ")
		switch order {
		case "pause", "resume":
			h.setPaused(path, order == "pause")
		case "drop":
			h.dropReaders(path)
		default:
			fmt.Fprintln(os.Stderr, "no such order:", order)
		}
	}
	h.server.Close()
}

type event map[string]any

var stdout sync.Mutex

// say tells the test, in one line.
func say(e event) {
	line, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	stdout.Lock()
	defer stdout.Unlock()
	os.Stdout.Write(append(line, '\n'))
}
