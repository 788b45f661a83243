package dev.lateen.proxy.model;

/** {@code UpstreamTlsContext}. @param sni empty for none, unless {@code autoSni} takes it from the request's authority */
public record UpstreamTls(TlsSettings settings, String sni, boolean autoSni, boolean autoSanValidation) {}
