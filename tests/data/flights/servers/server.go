// go run server.go PORT CHAIN.pem KEY.pem VERSION SUITE CURVE: a server of Go's crypto/tls; numbers are those of the wire.
package main

import (
	"crypto/tls"
	"net"
	"os"
	"strconv"
)

func number(text string) uint16 {
	found, err := strconv.ParseUint(text, 0, 16)
	if err != nil {
		panic(err)
	}
	return uint16(found)
}

func main() {
	pair, err := tls.LoadX509KeyPair(os.Args[2], os.Args[3])
	if err != nil {
		panic(err)
	}
	version := number(os.Args[4])
	config := &tls.Config{
		Certificates:     []tls.Certificate{pair},
		MinVersion:       version,
		MaxVersion:       version,
		CipherSuites:     []uint16{number(os.Args[5])},
		CurvePreferences: []tls.CurveID{tls.CurveID(number(os.Args[6]))},
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	for {
		link, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			_ = tls.Server(link, config).Handshake()
			_ = link.Close()
		}()
	}
}
