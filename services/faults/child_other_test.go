//go:build !linux

package faults_test

import "syscall"

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
