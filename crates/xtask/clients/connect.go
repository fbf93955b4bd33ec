// connect NAME PORT: one connection with net.Dial.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"time"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Println(runtime.Version())
		return
	}
	dialer := net.Dialer{Timeout: 2500 * time.Millisecond}
	made, err := dialer.Dial("tcp", net.JoinHostPort(os.Args[1], os.Args[2]))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	made.Close()
}
