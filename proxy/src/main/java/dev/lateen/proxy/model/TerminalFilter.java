package dev.lateen.proxy.model;

/** The last network filter of a chain: what speaks to the upstream side. */
public sealed interface TerminalFilter permits HttpConnectionManager, TcpProxy {}
