package faults_test

import "syscall"

// attributes end a child when the test binary is killed.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
