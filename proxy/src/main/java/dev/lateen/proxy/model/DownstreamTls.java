package dev.lateen.proxy.model;

/** {@code DownstreamTlsContext}. */
public record DownstreamTls(TlsSettings settings, boolean requireClientCertificate) {}
