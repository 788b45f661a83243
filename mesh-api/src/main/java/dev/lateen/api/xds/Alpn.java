package dev.lateen.api.xds;

import java.util.List;

/** The protocol names that sidecars agree on in TLS (RFC 7301); those of Istio tell mutual TLS of the mesh from any other. */
public final class Alpn {
    /** Mutual TLS of the mesh. */
    public static final String ISTIO = "istio";

    /** Mutual TLS of the mesh, with metadata of the peer in front of TCP. */
    public static final String ISTIO_PEER_EXCHANGE = "istio-peer-exchange";

    /** HTTP/1.0 in the mesh. */
    public static final String ISTIO_HTTP_1_0 = "istio-http/1.0";

    /** HTTP/1.1 in the mesh. */
    public static final String ISTIO_HTTP_1_1 = "istio-http/1.1";

    /** HTTP/2 in the mesh. */
    public static final String ISTIO_H2 = "istio-h2";

    /** HTTP/1.0. */
    public static final String HTTP_1_0 = "http/1.0";

    /** HTTP/1.1. */
    public static final String HTTP_1_1 = "http/1.1";

    /** HTTP/2 over TLS. */
    public static final String H2 = "h2";

    /** HTTP/2 in plain text; what a sniffer reports. */
    public static final String H2C = "h2c";

    /** What tells HTTP in mutual TLS of the mesh. */
    public static final List<String> MESH_HTTP = List.of(ISTIO_HTTP_1_0, ISTIO_HTTP_1_1, ISTIO_H2);

    /** What tells TCP in mutual TLS of the mesh. */
    public static final List<String> MESH_TCP = List.of(ISTIO_PEER_EXCHANGE, ISTIO);

    /** What tells mutual TLS of the mesh on a port known to be HTTP. */
    public static final List<String> MESH_ANY =
            List.of(ISTIO, ISTIO_PEER_EXCHANGE, ISTIO_HTTP_1_0, ISTIO_HTTP_1_1, ISTIO_H2);

    private Alpn() {}
}
