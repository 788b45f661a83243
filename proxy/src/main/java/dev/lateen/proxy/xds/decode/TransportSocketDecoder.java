package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.Cluster.ProxyProtocol;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.xds.proto.ProtoNode;
import org.jspecify.annotations.Nullable;

/**
 * A cluster's transport socket: TLS or clear text, behind the PROXY protocol's header or not.
 *
 * @param tls null for clear text
 * @param proxyProtocol null for none
 */
record TransportSocketDecoder(
        @Nullable UpstreamTls tls, @Nullable ProxyProtocol proxyProtocol) {
    private static final String PROXY =
            "envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport";

    static TransportSocketDecoder of(@Nullable ProtoNode socket, DecodeScope scope) {
        ProtoNode any = socket == null ? null : socket.message("typed_config");
        if (socket == null || any == null || !any.anyType().equals(PROXY)) {
            return new TransportSocketDecoder(TlsDecoder.upstream(socket, scope), null);
        }
        socket.ignoring("name");
        ProtoNode proxied = any.unpack().ignoring("allow_unspecified_address", "tlv_as_pool_key");
        ProtoNode config = proxied.messageOrEmpty("config");
        ProxyProtocol version = config.choice("version").equals("V2") ? ProxyProtocol.V2 : ProxyProtocol.V1;
        return new TransportSocketDecoder(
                TlsDecoder.upstream(proxied.requiredMessage("transport_socket"), scope), version);
    }
}
