package main

const canQuit = false
